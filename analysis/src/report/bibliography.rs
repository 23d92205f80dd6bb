//! The works behind the numbers, as BibTeX; only those that a verdict really uses. Volumes, pages and DOIs were compared with published records.

use crate::verdict::Verdict;

/// A cited work.
#[derive(Clone, Copy, Debug)]
pub(super) struct Work {
    /// Key in BibTeX and in the methods text.
    pub(super) key: &'static str,
    /// Author and year.
    pub(super) short: &'static str,
    /// Fields of the entry.
    entry: &'static str,
    /// Whether a verdict uses it.
    used: fn(&Verdict) -> bool,
}

const WORKS: &[Work] = &[
    Work {
        key: "wilcoxon1945",
        short: "Wilcoxon, 1945",
        entry: "@article{wilcoxon1945,\n  author = {Wilcoxon, Frank},\n  title = {Individual Comparisons by Ranking Methods},\n  journal = {Biometrics Bulletin},\n  volume = {1}, number = {6}, pages = {80--83}, year = {1945}, doi = {10.2307/3001968}\n}",
        used: |verdict| !verdict.comparisons.is_empty(),
    },
    Work {
        key: "holm1979",
        short: "Holm, 1979",
        entry: "@article{holm1979,\n  author = {Holm, Sture},\n  title = {A Simple Sequentially Rejective Multiple Test Procedure},\n  journal = {Scandinavian Journal of Statistics},\n  volume = {6}, number = {2}, pages = {65--70}, year = {1979}, url = {https://www.jstor.org/stable/4615733}\n}",
        used: |verdict| !verdict.comparisons.is_empty(),
    },
    Work {
        key: "cliff1993",
        short: "Cliff, 1993",
        entry: "@article{cliff1993,\n  author = {Cliff, Norman},\n  title = {Dominance Statistics: Ordinal Analyses to Answer Ordinal Questions},\n  journal = {Psychological Bulletin},\n  volume = {114}, number = {3}, pages = {494--509}, year = {1993}, doi = {10.1037/0033-2909.114.3.494}\n}",
        used: |verdict| !verdict.comparisons.is_empty(),
    },
    Work {
        key: "vargha2000",
        short: "Vargha and Delaney, 2000",
        entry: "@article{vargha2000,\n  author = {Vargha, Andr{\\'a}s and Delaney, Harold D.},\n  title = {A Critique and Improvement of the {CL} Common Language Effect Size Statistics of {McGraw} and {Wong}},\n  journal = {Journal of Educational and Behavioral Statistics},\n  volume = {25}, number = {2}, pages = {101--132}, year = {2000}, doi = {10.3102/10769986025002101}\n}",
        used: |verdict| !verdict.comparisons.is_empty(),
    },
    Work {
        key: "hodges1963",
        short: "Hodges and Lehmann, 1963",
        entry: "@article{hodges1963,\n  author = {Hodges, Joseph L. and Lehmann, Erich L.},\n  title = {Estimates of Location Based on Rank Tests},\n  journal = {The Annals of Mathematical Statistics},\n  volume = {34}, number = {2}, pages = {598--611}, year = {1963}, doi = {10.1214/aoms/1177704172}\n}",
        used: |verdict| !verdict.comparisons.is_empty(),
    },
    Work {
        key: "benavoli2014",
        short: "Benavoli et al., 2014",
        entry: "@inproceedings{benavoli2014,\n  author = {Benavoli, Alessio and Corani, Giorgio and Mangili, Francesca and Zaffalon, Marco and Ruggeri, Fabrizio},\n  title = {A {Bayesian} {Wilcoxon} Signed-Rank Test Based on the {Dirichlet} Process},\n  booktitle = {Proceedings of the 31st International Conference on Machine Learning},\n  series = {Proceedings of Machine Learning Research}, volume = {32}, number = {2}, pages = {1026--1034}, year = {2014}\n}",
        used: |verdict| {
            verdict.comparisons.iter().any(|pair| pair.bayes.is_some()) || verdict.pooled.iter().any(|pair| pair.bayes.is_some())
        },
    },
    Work {
        key: "waudbysmith2024",
        short: "Waudby-Smith and Ramdas, 2024",
        entry: "@article{waudbysmith2024,\n  author = {Waudby-Smith, Ian and Ramdas, Aaditya},\n  title = {Estimating Means of Bounded Random Variables by Betting},\n  journal = {Journal of the Royal Statistical Society Series B},\n  volume = {86}, number = {1}, pages = {1--27}, year = {2024}, doi = {10.1093/jrsssb/qkad009}\n}",
        used: |verdict| verdict.sequential.is_some(),
    },
    Work {
        key: "ramdas2023",
        short: "Ramdas et al., 2023",
        entry: "@article{ramdas2023,\n  author = {Ramdas, Aaditya and Gr{\\\"u}nwald, Peter and Vovk, Vladimir and Shafer, Glenn},\n  title = {Game-Theoretic Statistics and Safe Anytime-Valid Inference},\n  journal = {Statistical Science},\n  volume = {38}, number = {4}, pages = {576--601}, year = {2023}, doi = {10.1214/23-STS894}\n}",
        used: |verdict| verdict.sequential.is_some(),
    },
    Work {
        key: "perezortiz2024",
        short: "P\u{e9}rez-Ortiz et al., 2024",
        entry: "@article{perezortiz2024,\n  author = {P{\\'e}rez-Ortiz, Muriel Felipe and Lardy, Tyron and de Heide, Rianne and Gr{\\\"u}nwald, Peter D.},\n  title = {E-Statistics, Group Invariance and Anytime-Valid Testing},\n  journal = {The Annals of Statistics},\n  volume = {52}, number = {4}, pages = {1410--1432}, year = {2024}, doi = {10.1214/24-AOS2394}\n}",
        used: |verdict| verdict.sequential.is_some(),
    },
    Work {
        key: "wang2025",
        short: "Wang and Ramdas, 2025",
        entry: "@article{wang2025,\n  author = {Wang, Hongjian and Ramdas, Aaditya},\n  title = {Anytime-Valid $t$-Tests and Confidence Sequences for {Gaussian} Means with Unknown Variance},\n  journal = {Sequential Analysis},\n  volume = {44}, number = {1}, pages = {56--110}, year = {2025}, doi = {10.1080/07474946.2024.2428245}, eprint = {2310.03722}, archivePrefix = {arXiv}\n}",
        used: |verdict| verdict.sequential.is_some(),
    },
    Work {
        key: "agarwal2021",
        short: "2021",
        entry: "@inproceedings{agarwal2021,\n  author = {Agarwal, Rishabh and Schwarzer, Max and Castro, Pablo Samuel and Courville, Aaron and Bellemare, Marc G.},\n  title = {Deep Reinforcement Learning at the Edge of the Statistical Precipice},\n  booktitle = {Advances in Neural Information Processing Systems},\n  year = {2021}, eprint = {2108.13264}, archivePrefix = {arXiv}\n}",
        used: |verdict| !verdict.aggregates.is_empty(),
    },
    Work {
        key: "friedman1937",
        short: "Friedman, 1937",
        entry: "@article{friedman1937,\n  author = {Friedman, Milton},\n  title = {The Use of Ranks to Avoid the Assumption of Normality Implicit in the Analysis of Variance},\n  journal = {Journal of the American Statistical Association},\n  volume = {32}, number = {200}, pages = {675--701}, year = {1937}, doi = {10.1080/01621459.1937.10503522}\n}",
        used: |verdict| verdict.ranking.is_some(),
    },
    Work {
        key: "iman1980",
        short: "Iman and Davenport, 1980",
        entry: "@article{iman1980,\n  author = {Iman, Ronald L. and Davenport, James M.},\n  title = {Approximations of the Critical Region of the {Friedman} Statistic},\n  journal = {Communications in Statistics -- Theory and Methods},\n  volume = {9}, number = {6}, pages = {571--595}, year = {1980}, doi = {10.1080/03610928008827904}\n}",
        used: |verdict| verdict.ranking.is_some(),
    },
    Work {
        key: "nemenyi1963",
        short: "Nemenyi, 1963",
        entry: "@phdthesis{nemenyi1963,\n  author = {Nemenyi, Peter Bjorn},\n  title = {Distribution-Free Multiple Comparisons},\n  school = {Princeton University}, year = {1963}\n}",
        used: |verdict| verdict.ranking.is_some(),
    },
    Work {
        key: "demsar2006",
        short: "2006",
        entry: "@article{demsar2006,\n  author = {Dem{\\v{s}}ar, Janez},\n  title = {Statistical Comparisons of Classifiers over Multiple Data Sets},\n  journal = {Journal of Machine Learning Research},\n  volume = {7}, pages = {1--30}, year = {2006}\n}",
        used: |verdict| verdict.ranking.is_some(),
    },
    Work {
        key: "dolan2002",
        short: "Dolan and Mor\u{e9}, 2002",
        entry: "@article{dolan2002,\n  author = {Dolan, Elizabeth D. and Mor{\\'e}, Jorge J.},\n  title = {Benchmarking Optimization Software with Performance Profiles},\n  journal = {Mathematical Programming},\n  volume = {91}, number = {2}, pages = {201--213}, year = {2002}, doi = {10.1007/s101070100263}\n}",
        used: |verdict| !verdict.profiles.is_empty(),
    },
    Work {
        key: "kaplan1958",
        short: "Kaplan and Meier, 1958",
        entry: "@article{kaplan1958,\n  author = {Kaplan, Edward L. and Meier, Paul},\n  title = {Nonparametric Estimation from Incomplete Observations},\n  journal = {Journal of the American Statistical Association},\n  volume = {53}, number = {282}, pages = {457--481}, year = {1958}, doi = {10.1080/01621459.1958.10501452}\n}",
        used: |verdict| !verdict.recovery.is_empty(),
    },
    Work {
        key: "clopper1934",
        short: "Clopper and Pearson, 1934",
        entry: "@article{clopper1934,\n  author = {Clopper, Charles J. and Pearson, Egon S.},\n  title = {The Use of Confidence or Fiducial Limits Illustrated in the Case of the Binomial},\n  journal = {Biometrika},\n  volume = {26}, number = {4}, pages = {404--413}, year = {1934}, doi = {10.1093/biomet/26.4.404}\n}",
        used: |verdict| !verdict.divergence.is_empty(),
    },
];

/// The works that a verdict uses.
pub(super) fn cited(verdict: &Verdict) -> Vec<&'static Work> {
    WORKS.iter().filter(|work| (work.used)(verdict)).collect()
}

/// BibTeX entries of the program and of the works that a verdict uses, then `more` as they are.
pub fn bibtex(verdict: &Verdict, program: &str, more: &[String]) -> String {
    let (name, version) = program.rsplit_once(' ').unwrap_or((program, ""));
    let software = format!(
        "@software{{oha_host,\n  title = {{{name}: online hyperparameter adaptation under non-stationarity}},\n  version = {{{version}}}\n}}"
    );
    let entries = cited(verdict).into_iter().map(|work| work.entry.to_owned());
    std::iter::once(software).chain(entries).chain(more.iter().cloned()).collect::<Vec<_>>().join("\n\n") + "\n"
}
