//! Statistics, tables and figures for paired comparisons over scenarios and seeds.
