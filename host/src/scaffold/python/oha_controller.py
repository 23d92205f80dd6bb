"""Controllers for oha-host in Python: the C table of `oha_controller.h`, filled by ctypes.

Derive from `Controller`, describe it in `DESCRIPTOR`, and end the script with `serve(MyController)`. oha-host starts the script as a worker
process; the simulation runs in the same process and calls back at each decision. Nothing has to be compiled.

The same configuration, episode, seed and history must give the same proposals, bit for bit: no clock, no entropy, no state outside the
instance. `random.Random(seed)` is fine; the module-level functions of `random` are not.
"""

import ctypes
import json
import os
import sys
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_double, c_int32, c_size_t, c_uint32, c_uint64, c_void_p

OK, WARNING, DISCARD, ERROR, FATAL = range(5)
ROLLBACK, RESTART, DRIFT_DETECTED = 1, 2, 4


class _Text(Structure):
    _fields_ = [("data", c_void_p), ("size", c_size_t)]


_Write = CFUNCTYPE(c_int32, c_void_p, c_char_p, c_size_t)


class _Sink(Structure):
    _fields_ = [("context", c_void_p), ("write", _Write)]


_Evaluate = CFUNCTYPE(c_int32, c_void_p, POINTER(c_double), c_size_t, POINTER(c_double))


class _Observation(Structure):
    _fields_ = [
        ("struct_size", c_uint32), ("reserved", c_uint32), ("step", c_uint64), ("loss", c_double),
        ("hyperparameters", POINTER(c_double)), ("n_hyperparameters", c_size_t),
        ("signals", POINTER(c_double)), ("n_signals", c_size_t), ("evaluate", _Evaluate), ("context", c_void_p),
    ]


class _Proposal(Structure):
    _fields_ = [("struct_size", c_uint32), ("report", c_uint32), ("values", POINTER(c_double)), ("n_values", c_size_t)]


_Destroy = CFUNCTYPE(None, c_void_p)
_Propose = CFUNCTYPE(c_int32, c_void_p, POINTER(_Observation), POINTER(_Proposal))
_Reset = CFUNCTYPE(c_int32, c_void_p, c_uint64)
_Save = CFUNCTYPE(c_int32, c_void_p, POINTER(_Sink))
_Load = CFUNCTYPE(c_int32, c_void_p, c_void_p, c_size_t)
_LastError = CFUNCTYPE(c_int32, c_void_p, POINTER(_Text))


class _Table(Structure):
    _fields_ = [
        ("struct_size", c_uint32), ("reserved", c_uint32), ("destroy", _Destroy), ("propose", _Propose), ("propose_batch", c_void_p),
        ("reset", _Reset), ("save_state", _Save), ("load_state", _Load), ("last_error", _LastError), ("get_extension", c_void_p),
    ]


class _Instance(Structure):
    _fields_ = [("data", c_void_p), ("table", POINTER(_Table))]


_Describe = CFUNCTYPE(c_int32, POINTER(_Text))
_Create = CFUNCTYPE(c_int32, c_char_p, c_char_p, c_char_p, c_uint64, POINTER(_Instance), POINTER(_Sink))


class _Entry(Structure):
    _fields_ = [
        ("magic", c_uint64), ("struct_size", c_uint32), ("abi_major", c_uint32), ("abi_minor", c_uint32), ("reserved", c_uint32),
        ("layout_hash", c_uint64), ("describe", _Describe), ("create", _Create), ("get_extension", c_void_p),
    ]


def _layout_hash():
    """FNV-1a over pointer width and field offsets, as OHA_LAYOUT_HASH."""
    words = [ctypes.sizeof(c_void_p)]
    for structure, names in [
        (_Text, "size"), (_Sink, "write"),
        (_Observation, "step loss hyperparameters n_hyperparameters signals n_signals evaluate context"),
        (_Proposal, "report values n_values"), (_Instance, "table"),
        (_Entry, "struct_size abi_major abi_minor layout_hash describe create get_extension"),
        (_Table, "destroy propose propose_batch reset save_state load_state last_error get_extension"),
    ]:
        words += [getattr(structure, name).offset for name in names.split()]
    value = 0xCBF29CE484222325
    for word in words:
        value = (value ^ word) * 0x100000001B3 % 2**64
    return value


class Observation:
    """The past at one decision."""

    __slots__ = ("step", "loss", "hyperparameters", "signals", "report", "_evaluate")

    def __init__(self, step, loss, hyperparameters, signals=(), evaluate=None):
        self.step = step  #: index of the decision, from 0
        self.loss = loss  #: metric after the last update; NaN at step 0 and where it is missing
        self.hyperparameters = hyperparameters  #: applied last; the initial ones at step 0
        self.signals = signals  #: the declared signals, in their order
        self.report = 0  #: to be set: ROLLBACK | RESTART | DRIFT_DETECTED
        self._evaluate = evaluate

    def evaluate(self, hyperparameters):
        """Loss of the current minibatch after a hypothetical update (all NaN: without one); None but for class `evaluations`."""
        return self._evaluate(hyperparameters) if self._evaluate else None


class Controller:
    """One controller in one episode. `config` and `episode` are dictionaries, checked by the host."""

    #: id, version, description, information class, parameters ...: see docs/controller-guide.md.
    DESCRIPTOR = {}

    def __init__(self, config, episode, seed):
        pass

    def propose(self, observation):
        """A sequence with one value for each hyperparameter of the episode; None keeps those in force."""
        raise NotImplementedError

    def save_state(self):
        """The whole changing state as bytes; None where saving is not supported."""
        return None

    def load_state(self, state):
        """Restores such bytes; raises ValueError, and changes nothing, where they are none."""
        raise ValueError("this controller does not save its state")


class _Slot:
    """An instance with what `reset` makes it anew from."""

    def __init__(self, kind, config, episode, seed):
        self.make = lambda seed: kind(config, episode, seed)
        self.controller = self.make(seed)
        self.message = b""


_slots = {}
_keep = []


def _guarded(call):
    """No exception leaves through the table: it becomes a status and a message."""

    def guarded(data, *arguments):
        slot = _slots[data]
        try:
            status = call(slot, *arguments)
            return OK if status is None else status
        except Exception as error:  # pylint: disable=broad-except
            slot.message = f"{type(error).__name__}: {error}".encode()
            return ERROR

    return guarded


def _propose(slot, observation, proposal):
    raw, out = observation.contents, proposal.contents
    evaluate = None
    if raw.evaluate:
        def evaluate(values):
            loss = c_double()
            status = raw.evaluate(raw.context, (c_double * len(values))(*values), len(values), ctypes.byref(loss))
            return loss.value if status <= WARNING else float("nan")
    seen = Observation(raw.step, raw.loss, tuple(raw.hyperparameters[:raw.n_hyperparameters]), tuple(raw.signals[:raw.n_signals]), evaluate)
    values = slot.controller.propose(seen)
    out.report = seen.report
    if values is None:
        return DISCARD
    if len(values) != out.n_values:
        raise ValueError(f"{len(values)} values were proposed for {out.n_values} hyperparameters")
    for i, value in enumerate(values):
        out.values[i] = value
    return OK


def _reset(slot, seed):
    slot.controller = slot.make(seed)


def _save(slot, sink):
    state = slot.controller.save_state()
    return DISCARD if state is None else sink.contents.write(sink.contents.context, state, len(state))


def _load(slot, state, size):
    slot.controller.load_state(ctypes.string_at(state, size) if size else b"")


def _last_error(data, out):
    message = _slots[data].message
    out.contents.data, out.contents.size = ctypes.cast(c_char_p(message), c_void_p), len(message)
    return OK


def _entry(controllers):
    """The table of these controllers, alive until the process ends."""
    description = json.dumps([dict(kind.DESCRIPTOR) for kind in controllers]).encode()
    kinds = {kind.DESCRIPTOR["id"]: kind for kind in controllers}

    def describe(out):
        out.contents.data, out.contents.size = ctypes.cast(c_char_p(description), c_void_p), len(description)
        return OK

    table = _Table(
        ctypes.sizeof(_Table), 0, _Destroy(lambda data: _slots.pop(data, None) and None), _Propose(_guarded(_propose)), None,
        _Reset(_guarded(_reset)), _Save(_guarded(_save)), _Load(_guarded(_load)), _LastError(_last_error), None,
    )
    numbers = iter(range(1, 2**62))

    def create(name, config, episode, seed, out, error):
        try:
            slot = _Slot(kinds[name.decode()], json.loads(config), json.loads(episode), seed)
        except Exception as failure:  # pylint: disable=broad-except
            message = f"{type(failure).__name__}: {failure}".encode()
            error.contents.write(error.contents.context, message, len(message))
            return ERROR
        handle = next(numbers)
        _slots[handle] = slot
        out.contents.data, out.contents.table = handle, ctypes.pointer(table)
        return OK

    magic = int.from_bytes(b"OHA-CTRL", "little")
    entry = _Entry(magic, ctypes.sizeof(_Entry), 1, 0, 0, _layout_hash(), _Describe(describe), _Create(create), None)
    _keep.extend([description, table, entry])
    return entry


def serve(*controllers):
    """To be called at the end of a script: runs the worker when oha-host started it, and tells what to do when a person did."""
    if len(sys.argv) < 3 or sys.argv[1] != "__worker":
        print(f"this is a controller: oha-host check {sys.argv[0]}", file=sys.stderr)
        return
    try:
        library = ctypes.CDLL(sys.argv[2])
    except OSError as error:
        sys.exit(f"the worker of oha-host cannot be loaded: {error}")
    texts = lambda words: (c_char_p * len(words))(*(os.fsencode(word) for word in words))
    arguments, readable = sys.argv[3:], [path for path in sys.path if path and os.path.exists(path)]
    worker = library.oha_python_worker
    worker.argtypes = [POINTER(_Entry), POINTER(c_char_p), c_size_t, POINTER(c_char_p), c_size_t]
    code = worker(ctypes.byref(_entry(controllers)), texts(arguments), len(arguments), texts(readable), len(readable))
    sys.stdout.flush()
    os._exit(code)  # nothing is left to do, and what is confined need not be torn down
