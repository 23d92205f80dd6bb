/*
 * sign-rate: multiplies every hyperparameter on a logarithmic scale by `growth` after a loss that fell and divides it by `growth` squared after
 * one that rose: the "bold driver" (Battiti 1989) with one step up for half a step down.
 *
 * What a controller in C has to do is here in full: describe itself, take its configuration and the episode from JSON, propose (alone and in
 * batches), save and load its state, explain a failure.
 */
#include "oha_controller.h"
#include <stdlib.h>
#include <string.h>

enum { N_MAX = 16 };

/* The changing state, as it is saved. */
typedef struct Memory {
    double last_loss;
    uint64_t has_loss;
} Memory;

typedef struct Controller {
    Memory memory;
    double growth;
    size_t n;
    double min[N_MAX], max[N_MAX];
    int is_log[N_MAX];
    const char *message;
} Controller;

static const char DESCRIPTION[] =
    "[{\"id\":\"sign-rate\",\"version\":\"1.0.0\",\"authors\":[\"the authors of oha-host\"],"
    "\"description\":\"Grows the hyperparameters while the loss falls, and shrinks them twice as fast when it rises.\","
    "\"source\":\"Battiti (1989), Complex Systems 3\",\"information\":\"scalar\",\"saves_state\":true,\"parameters\":["
    "{\"name\":\"growth\",\"doc\":\"Factor after a loss that fell.\",\"kind\":{\"type\":\"real\",\"min\":1.0,\"max\":2.0,\"default\":1.05}}]}]";

static OhaStatus describe(OhaText *out) {
    out->data = DESCRIPTION;
    out->size = sizeof DESCRIPTION - 1;
    return OHA_OK;
}

static OhaStatus propose(void *data, const OhaObservation *observation, OhaProposal *proposal) {
    Controller *self = data;
    double factor = 1.0;
    if (observation->loss - observation->loss == 0.0) { /* finite: it is NaN at the first step, and where it is missing */
        if (self->memory.has_loss) {
            factor = observation->loss <= self->memory.last_loss ? self->growth : 1.0 / (self->growth * self->growth);
        }
        self->memory.last_loss = observation->loss;
        self->memory.has_loss = 1;
    }
    for (size_t i = 0; i < proposal->n_values; i++) {
        double value = observation->hyperparameters[i] * (self->is_log[i] ? factor : 1.0);
        proposal->values[i] = value < self->min[i] ? self->min[i] : value > self->max[i] ? self->max[i] : value;
    }
    return OHA_OK;
}

static OhaStatus propose_batch(void *const *data, const OhaObservation *const *observations, OhaProposal *const *proposals, size_t n,
                               size_t *n_done) {
    for (*n_done = 0; *n_done < n; ++*n_done) {
        OhaStatus status = propose(data[*n_done], observations[*n_done], proposals[*n_done]);
        if (status > OHA_WARNING) {
            return status;
        }
    }
    return OHA_OK;
}

static OhaStatus reset(void *data, uint64_t seed) {
    Controller *self = data;
    (void)seed; /* it draws nothing */
    memset(&self->memory, 0, sizeof self->memory);
    return OHA_OK;
}

static OhaStatus save_state(void *data, const OhaSink *out) {
    Controller *self = data;
    return out->write(out->context, &self->memory, sizeof self->memory);
}

static OhaStatus load_state(void *data, const void *state, size_t size) {
    Controller *self = data;
    Memory memory;
    if (size != sizeof memory) {
        self->message = "a state of this controller has 16 bytes";
        return OHA_ERROR;
    }
    memcpy(&memory, state, size);
    if (memory.has_loss > 1) {
        self->message = "these bytes are no state of this controller";
        return OHA_ERROR;
    }
    self->memory = memory;
    return OHA_OK;
}

static OhaStatus last_error(void *data, OhaText *out) {
    Controller *self = data;
    out->data = self->message;
    out->size = self->message ? strlen(self->message) : 0;
    return OHA_OK;
}

static void destroy(void *data) { free(data); }

static const OhaControllerTable TABLE = {
    .struct_size = sizeof(OhaControllerTable),
    .destroy = destroy,
    .propose = propose,
    .propose_batch = propose_batch,
    .reset = reset,
    .save_state = save_state,
    .load_state = load_state,
    .last_error = last_error,
};

/* The number after `"key":` between `from` and `until`; the host writes JSON without spaces. */
static double number(const char *from, const char *until, const char *key, double otherwise) {
    const char *at = strstr(from, key);
    return at && (!until || at < until) ? strtod(at + strlen(key), NULL) : otherwise;
}

/* Ranges and scales of the hyperparameters, in their order. */
static int read_episode(Controller *self, const char *json) {
    const char *at = strstr(json, "\"hyperparameters\":");
    for (at = at ? strstr(at, "\"name\":") : NULL; at; self->n++) {
        const char *next = strstr(at + 1, "\"name\":"), *scale = strstr(at, "\"scale\":\"log\"");
        if (self->n == N_MAX) {
            return 0;
        }
        self->min[self->n] = number(at, next, "\"min\":", 0.0);
        self->max[self->n] = number(at, next, "\"max\":", 0.0);
        self->is_log[self->n] = scale && (!next || scale < next);
        at = next;
    }
    return self->n > 0;
}

static OhaStatus create(const char *id, const char *config_json, const char *episode_json, uint64_t seed, OhaInstance *out,
                        const OhaSink *error) {
    static const char REASON[] = "an episode with 1 to 16 hyperparameters is needed";
    Controller *self = calloc(1, sizeof *self);
    (void)id, (void)seed; /* the only controller of this library, and it draws nothing */
    if (!self || !read_episode(self, episode_json)) {
        free(self);
        error->write(error->context, REASON, sizeof REASON - 1);
        return OHA_ERROR;
    }
    self->growth = number(config_json, NULL, "\"growth\":", 1.05);
    out->data = self;
    out->table = &TABLE;
    return OHA_OK;
}

static OhaStatus describe_build(OhaText *out) {
    static const char TEXT[] = "C, compiler " __VERSION__;
    out->data = TEXT;
    out->size = sizeof TEXT - 1;
    return OHA_OK;
}

static const void *get_extension(const char *id) {
    static const OhaBuild BUILD = {sizeof(OhaBuild), 0, describe_build};
    return strcmp(id, OHA_EXTENSION_BUILD) == 0 ? &BUILD : NULL;
}

const OhaEntry oha_controller_entry = {
    .magic = OHA_MAGIC,
    .struct_size = sizeof(OhaEntry),
    .abi_major = OHA_ABI_MAJOR,
    .abi_minor = OHA_ABI_MINOR,
    .layout_hash = OHA_LAYOUT_HASH,
    .describe = describe,
    .create = create,
    .get_extension = get_extension,
};
