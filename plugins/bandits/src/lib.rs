//! Bandits: one arm for a block of decisions, the loss of the block as reward.
//!
//! With `K` arms, `n` blocks in the episode and `Y` changes expected; `N_a`, `m_a` number of plays and mean reward of arm `a`:
//!
//! | controller | plays | source |
//! | --- | --- | --- |
//! | `ucb` | largest `m_a + sqrt(x ln t / N_a)`, `x = 2` | Auer, Cesa-Bianchi & Fischer 2002, doi:10.1023/A:1013689704352 |
//! | `sw-ucb` | the same over the last `tau` blocks, `m_a + sqrt(x ln min(t, tau) / N_a)`, `x = 1/2` | Garivier & Moulines 2008, arXiv:0805.3415 |
//! | `d-ucb` | discounted sums, `m_a + 2 sqrt(x ln N / N_a)`, `x = 1/2` | the same |
//! | `exp3s` | at random, `p_a = (1 - g) w_a / W + g / K` | Auer et al. 2002, doi:10.1137/S0097539701398375 |
//! | `thompson` | largest draw from `Beta(1 + S_a, 1 + F_a)`, discounted | Raj & Kalyani 2017, arXiv:1707.09727 |
//! | `m-ucb` | UCB with forced exploration, all forgotten when an arm's reward changes | Cao et al. 2019, arXiv:1802.03692 |
//!
//! Information class of all: `scalar`. Arms, blocks and rewards: [`arms`]. Known failure modes: losses depend on the state that earlier arms left behind, so
//! that the guarantees (regret against the best arm on the learner's own states) do not carry over; a reward that is the decrease of the loss prefers what
//! pays within a block; every arm is played at least once, also one that diverges.

pub mod arms;
mod bandit;
pub mod d_ucb;
pub mod exp3s;
pub mod m_ucb;
pub mod policy;
pub mod sw_ucb;
pub mod thompson;
pub mod ucb;

pub use bandit::Bandit;

/// The controller `ucb`.
pub type BanditUcb = Bandit<ucb::Ucb>;
/// The controller `sw-ucb`.
pub type BanditSwUcb = Bandit<sw_ucb::SwUcb>;
/// The controller `d-ucb`.
pub type BanditDUcb = Bandit<d_ucb::DUcb>;
/// The controller `exp3s`.
pub type BanditExp3s = Bandit<exp3s::Exp3s>;
/// The controller `thompson`.
pub type BanditThompson = Bandit<thompson::Thompson>;
/// The controller `m-ucb`.
pub type BanditMUcb = Bandit<m_ucb::MUcb>;

oha_plugin_api::export_controller!(BanditUcb, BanditSwUcb, BanditDUcb, BanditExp3s, BanditThompson, BanditMUcb);
