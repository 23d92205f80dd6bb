//! The boundary as C sees it, and the export macro.

mod header;
