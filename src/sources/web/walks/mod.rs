//! Ways through sites and platforms' interfaces.

pub(super) mod site;
