// best-so-far: searches at random around the hyperparameters of the lowest loss seen, a (1+1) evolution strategy on the logarithm (Rechenberg 1973).
//
// A class does the work and may throw; `at_boundary` turns every exception into a status, because none may leave through the C table.
#include "oha_controller.h"
#include <cmath>
#include <cstring>
#include <exception>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace {

constexpr char DESCRIPTION[] =
    R"([{"id":"best-so-far","version":"1.0.0","authors":["the authors of oha-host"],)"
    R"("description":"Searches at random around the learning rate of the lowest loss seen.",)"
    R"("source":"Rechenberg (1973), Evolutionsstrategie","information":"scalar","controls":["learning_rate"],"saves_state":true}])";

struct Memory {
    double best_rate;
    double best_loss;
    std::uint64_t random;
};
static_assert(std::is_trivially_copyable<Memory>::value && sizeof(Memory) == 24, "it is saved as its bytes");

class BestSoFar {
public:
    BestSoFar(const std::string &episode, std::uint64_t seed) {
        const auto name = episode.find("\"name\":\"learning_rate\"");
        if (name == std::string::npos) {
            throw std::invalid_argument("the episode has no learning rate");
        }
        for (auto at = episode.find("\"name\":"); at < name; at = episode.find("\"name\":", at + 1)) {
            ++position_;
        }
        min_ = number(episode, name, "\"min\":");
        max_ = number(episode, name, "\"max\":");
        reset(seed);
    }

    void reset(std::uint64_t seed) {
        const double nothing = std::numeric_limits<double>::infinity();
        memory_ = Memory{0.0, nothing, seed};
        message.clear();
    }

    void propose(const OhaObservation &observation, OhaProposal &proposal) {
        const double *in_force = observation.hyperparameters;
        for (std::size_t i = 0; i < proposal.n_values; ++i) {
            proposal.values[i] = in_force[i];
        }
        if (memory_.best_rate == 0.0 || observation.loss < memory_.best_loss) {
            memory_.best_rate = in_force[position_];
            // Infinite until a loss is seen: NaN is less than nothing.
            if (observation.loss < memory_.best_loss) {
                memory_.best_loss = observation.loss;
            }
        }
        // A step of at most 10 % up or down; no library function, so that every machine gives the same bits.
        const double rate = memory_.best_rate * (0.9 + 0.2 * uniform());
        proposal.values[position_] = rate < min_ ? min_ : rate > max_ ? max_ : rate;
    }

    const Memory &memory() const { return memory_; }

    void load(const void *bytes, std::size_t size) {
        Memory memory;
        if (size != sizeof memory) {
            throw std::invalid_argument("a state of this controller has 24 bytes");
        }
        std::memcpy(&memory, bytes, size);
        if (!(memory.best_rate >= 0.0 && memory.best_rate <= max_) || std::isnan(memory.best_loss)) {
            throw std::invalid_argument("these bytes are no state of this controller");
        }
        memory_ = memory;
    }

    std::string message;

private:
    static double number(const std::string &text, std::size_t from, const char *key) {
        const auto at = text.find(key, from);
        if (at == std::string::npos) {
            throw std::invalid_argument(std::string("the episode lacks ") + key);
        }
        return std::stod(text.substr(at + std::strlen(key)));
    }

    // SplitMix64 (Steele, Lea and Flood 2014).
    double uniform() {
        std::uint64_t z = (memory_.random += UINT64_C(0x9e3779b97f4a7c15));
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
    }

    Memory memory_{};
    std::size_t position_ = 0;
    double min_ = 0.0, max_ = 0.0;
};

/// Runs `call`; what it throws becomes a status and a message.
template <class Call> OhaStatus at_boundary(void *data, Call call) noexcept {
    auto &self = *static_cast<BestSoFar *>(data);
    try {
        return call(self);
    } catch (const std::exception &error) {
        try {
            self.message = error.what();
        } catch (...) {
            return OHA_FATAL;
        }
        return OHA_ERROR;
    } catch (...) {
        return OHA_FATAL;
    }
}

extern "C" {

OhaStatus describe(OhaText *out) {
    *out = OhaText{DESCRIPTION, sizeof DESCRIPTION - 1};
    return OHA_OK;
}

OhaStatus propose(void *data, const OhaObservation *observation, OhaProposal *proposal) {
    return at_boundary(data, [&](BestSoFar &self) { return self.propose(*observation, *proposal), OHA_OK; });
}

OhaStatus reset(void *data, std::uint64_t seed) {
    return at_boundary(data, [&](BestSoFar &self) { return self.reset(seed), OHA_OK; });
}

OhaStatus save_state(void *data, const OhaSink *out) {
    return at_boundary(data, [&](BestSoFar &self) { return out->write(out->context, &self.memory(), sizeof(Memory)); });
}

OhaStatus load_state(void *data, const void *state, std::size_t size) {
    return at_boundary(data, [&](BestSoFar &self) { return self.load(state, size), OHA_OK; });
}

OhaStatus last_error(void *data, OhaText *out) {
    const std::string &message = static_cast<BestSoFar *>(data)->message;
    *out = OhaText{message.data(), message.size()};
    return OHA_OK;
}

void destroy(void *data) { delete static_cast<BestSoFar *>(data); }

} // extern "C"

const OhaControllerTable TABLE = {
    sizeof(OhaControllerTable), 0, destroy, propose, nullptr, reset, save_state, load_state, last_error, nullptr,
};

extern "C" OhaStatus create(const char *, const char *, const char *episode_json, std::uint64_t seed, OhaInstance *out, const OhaSink *error) {
    try {
        *out = OhaInstance{new BestSoFar(episode_json, seed), &TABLE};
        return OHA_OK;
    } catch (const std::exception &reason) {
        error->write(error->context, reason.what(), std::strlen(reason.what()));
    } catch (...) {
    }
    return OHA_ERROR;
}

} // namespace

extern "C" const OhaEntry oha_controller_entry = {
    OHA_MAGIC, sizeof(OhaEntry), OHA_ABI_MAJOR, OHA_ABI_MINOR, 0, OHA_LAYOUT_HASH, describe, create, nullptr,
};
