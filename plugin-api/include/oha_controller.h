/*
 * The stable boundary between oha-host and a controller library, version 1.0.
 *
 * A controller sets hyperparameters (learning rate, momentum, ...) at each decision of one training run. A library exports exactly one
 * symbol, the constant `oha_controller_entry`, and may hold several controllers. docs/controller-guide.md explains how to write one;
 * examples/c, examples/cpp and examples/python hold one each.
 *
 * Life cycle    describe -> create -> (propose | reset | save_state | load_state)* -> destroy
 * Memory        stays with the side that allocated it; the other side never frees it
 * Threads       one instance is used by one thread at a time; different instances may be used at the same time
 * Determinism   same configuration, episode, seed and history give the same proposals, bit for bit: no clock, no entropy, no environment,
 *               no state outside the instance, no change of the floating-point mode (do not compile with -ffast-math)
 * Failure       never throw, longjmp or exit through the boundary: return a status and explain it in last_error
 */
#ifndef OHA_CONTROLLER_H
#define OHA_CONTROLLER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define OHA_MAGIC UINT64_C(0x4c5254432d41484f) /* "OHA-CTRL", little-endian */
#define OHA_ABI_MAJOR 1u
#define OHA_ABI_MINOR 0u

#if defined(_WIN32)
#define OHA_EXPORT __declspec(dllexport)
#else
#define OHA_EXPORT __attribute__((visibility("default")))
#endif

/* How a call ended. Any other number counts as OHA_FATAL. */
typedef int32_t OhaStatus;
#define OHA_OK 0      /* done */
#define OHA_WARNING 1 /* done, and last_error holds a remark that is recorded */
#define OHA_DISCARD 2 /* propose: keep the hyperparameters in force; save_state: not supported */
#define OHA_ERROR 3   /* failed, last_error tells why; the instance is still usable */
#define OHA_FATAL 4   /* the instance is unusable until reset */

/* What a controller reports about itself at a step (OhaProposal.report). */
#define OHA_REPORT_ROLLBACK 1u       /* hyperparameters were rolled back to earlier ones */
#define OHA_REPORT_RESTART 2u        /* the controller restarted its own schedule or search */
#define OHA_REPORT_DRIFT_DETECTED 4u /* the controller detected a drift */

/* Borrowed UTF-8 text; the function that fills it says how long it lives. */
typedef struct OhaText {
    const char *data;
    size_t size;
} OhaText;

/* Takes bytes; may be called several times, the pieces are joined. */
typedef struct OhaSink {
    void *context;
    OhaStatus (*write)(void *context, const void *data, size_t size);
} OhaSink;

/* The observation of the past; valid during the call. */
typedef struct OhaObservation {
    uint32_t struct_size; /* as the host knows it */
    uint32_t reserved;
    uint64_t step;                 /* index of the decision, from 0 */
    double loss;                   /* evaluation metric after the last update; NaN at step 0 and where it is missing */
    const double *hyperparameters; /* applied last (after the guard); the initial ones at step 0 */
    size_t n_hyperparameters;
    const double *signals; /* the declared signals, in the order of the descriptor */
    size_t n_signals;
    /* Loss of the current minibatch after a hypothetical update with these values (all NaN: without an update); charged to the episode.
       Null unless the descriptor says information class "evaluations". */
    OhaStatus (*evaluate)(void *context, const double *values, size_t n_values, double *loss);
    void *context;
} OhaObservation;

/* Where a controller writes its proposal; valid during the call. */
typedef struct OhaProposal {
    uint32_t struct_size; /* as the host knows it */
    uint32_t report;      /* OHA_REPORT_... flags; 0 on entry */
    double *values;       /* one place a hyperparameter; NaN on entry; what is left NaN keeps its value and counts as a violation */
    size_t n_values;      /* not to be changed */
} OhaProposal;

/* The functions of an instance; destroy, propose and reset are required, the others may be null. */
typedef struct OhaControllerTable {
    uint32_t struct_size; /* sizeof(OhaControllerTable), as the library knows it */
    uint32_t reserved;    /* 0 */
    void (*destroy)(void *data);
    OhaStatus (*propose)(void *data, const OhaObservation *observation, OhaProposal *proposal);
    /* As propose for i = 0 .. n-1, in this order; the same instance may occur several times. Stops at the first status above
       OHA_WARNING; n_done receives the number of finished ones. */
    OhaStatus (*propose_batch)(void *const *data, const OhaObservation *const *observations, OhaProposal *const *proposals, size_t n,
                               size_t *n_done);
    OhaStatus (*reset)(void *data, uint64_t seed);                        /* afterwards equal to a fresh instance with this seed */
    OhaStatus (*save_state)(void *data, const OhaSink *out);              /* the whole changing state */
    OhaStatus (*load_state)(void *data, const void *state, size_t size); /* refused bytes leave the instance unchanged */
    OhaStatus (*last_error)(void *data, OhaText *out);                    /* borrowed until the next call on this instance */
    const void *(*get_extension)(void *data, const char *id);            /* optional tables of the instance; none is defined yet */
} OhaControllerTable;

/* An instance: its data and its functions. */
typedef struct OhaInstance {
    void *data;
    const OhaControllerTable *table; /* lives as long as the library */
} OhaInstance;

/* What a library exports. */
typedef struct OhaEntry {
    uint64_t magic;       /* OHA_MAGIC */
    uint32_t struct_size; /* sizeof(OhaEntry), as the library knows it */
    uint32_t abi_major;   /* OHA_ABI_MAJOR */
    uint32_t abi_minor;   /* OHA_ABI_MINOR */
    uint32_t reserved;    /* 0 */
    uint64_t layout_hash; /* OHA_LAYOUT_HASH */
    /* A JSON array of descriptors that lives as long as the library. */
    OhaStatus (*describe)(OhaText *out);
    /* Makes an instance of controller `id` for one episode. config_json: a flat object, checked against the descriptor, defaults filled in.
       episode_json: the episode. On failure writes the reason to `error` and leaves `out` untouched. Texts are NUL-terminated. */
    OhaStatus (*create)(const char *id, const char *config_json, const char *episode_json, uint64_t seed, OhaInstance *out,
                        const OhaSink *error);
    const void *(*get_extension)(const char *id); /* optional tables of the library by name, null: not known; may be null */
} OhaEntry;

/*
 * Extensions: optional tables, found by name, by which the boundary grows without a new version. The number at the end of a name belongs to the
 * table: it changes but by appended fields, within its struct_size. Names that begin with "oha." belong to oha-host.
 */
#define OHA_EXTENSION_BUILD "oha.build.1" /* of a library: an OhaBuild */

/* How a library was built. */
typedef struct OhaBuild {
    uint32_t struct_size;              /* sizeof(OhaBuild), as the library knows it */
    uint32_t reserved;                 /* 0 */
    OhaStatus (*describe)(OhaText *out); /* one line for people: language, compiler, debug or release; lives as long as the library */
} OhaBuild;

/* In C++ a const object has internal linkage unless declared extern. */
extern OHA_EXPORT const OhaEntry oha_controller_entry;

/* FNV-1a over pointer width and field offsets, computed by the compiler that builds the library. */
#define OHA_MIX_(hash, word) (((hash) ^ (uint64_t)(word)) * UINT64_C(0x100000001b3))
#define OHA_L0_ OHA_MIX_(UINT64_C(0xcbf29ce484222325), sizeof(void *))
#define OHA_L1_ OHA_MIX_(OHA_MIX_(OHA_L0_, offsetof(OhaText, size)), offsetof(OhaSink, write))
#define OHA_L2_ \
    OHA_MIX_(OHA_MIX_(OHA_MIX_(OHA_L1_, offsetof(OhaObservation, step)), offsetof(OhaObservation, loss)), \
             offsetof(OhaObservation, hyperparameters))
#define OHA_L3_ \
    OHA_MIX_(OHA_MIX_(OHA_MIX_(OHA_L2_, offsetof(OhaObservation, n_hyperparameters)), offsetof(OhaObservation, signals)), \
             offsetof(OhaObservation, n_signals))
#define OHA_L4_ OHA_MIX_(OHA_MIX_(OHA_L3_, offsetof(OhaObservation, evaluate)), offsetof(OhaObservation, context))
#define OHA_L5_ \
    OHA_MIX_(OHA_MIX_(OHA_MIX_(OHA_L4_, offsetof(OhaProposal, report)), offsetof(OhaProposal, values)), offsetof(OhaProposal, n_values))
#define OHA_L6_ OHA_MIX_(OHA_MIX_(OHA_L5_, offsetof(OhaInstance, table)), offsetof(OhaEntry, struct_size))
#define OHA_L7_ \
    OHA_MIX_(OHA_MIX_(OHA_MIX_(OHA_L6_, offsetof(OhaEntry, abi_major)), offsetof(OhaEntry, abi_minor)), offsetof(OhaEntry, layout_hash))
#define OHA_L8_ \
    OHA_MIX_(OHA_MIX_(OHA_MIX_(OHA_L7_, offsetof(OhaEntry, describe)), offsetof(OhaEntry, create)), offsetof(OhaEntry, get_extension))
#define OHA_L9_ \
    OHA_MIX_(OHA_MIX_(OHA_MIX_(OHA_MIX_(OHA_L8_, offsetof(OhaControllerTable, destroy)), offsetof(OhaControllerTable, propose)), \
                      offsetof(OhaControllerTable, propose_batch)), \
             offsetof(OhaControllerTable, reset))
#define OHA_LAYOUT_HASH \
    OHA_MIX_(OHA_MIX_(OHA_MIX_(OHA_MIX_(OHA_L9_, offsetof(OhaControllerTable, save_state)), offsetof(OhaControllerTable, load_state)), \
                      offsetof(OhaControllerTable, last_error)), \
             offsetof(OhaControllerTable, get_extension))

#ifdef __cplusplus
}
#endif

#endif /* OHA_CONTROLLER_H */
