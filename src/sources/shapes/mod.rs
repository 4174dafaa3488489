//! From a platform's records to items: what its archive and its live interface share, so that an account that is fetched gives
//! the same items as its export.

pub(super) mod account;
pub(super) mod activity;
pub(super) mod attached;
pub(super) mod bluesky;
pub(super) mod ghost;
pub(super) mod item;
pub(super) mod stored_html;
pub(super) mod two_clocks;
pub(super) mod value;
pub(super) mod wordpress;
