//! Open-loop schedules.
