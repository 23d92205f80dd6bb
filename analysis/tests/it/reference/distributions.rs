//! Distribution functions.

use oha_analysis::StatError;
use oha_analysis::distribution::{
    chi_squared_sf, f_sf, normal_quantile, normal_sf, student_t_quantile, student_t_sf, studentized_range_sf,
};
use serde_json::json;

use super::{Case, Entries, map};

pub(super) fn compute(function: &str, case: &Case) -> Option<Result<Entries, StatError>> {
    let over = |key: &str, f: &dyn Fn(&[f64]) -> f64| case.matrix(key).iter().map(|point| f(point)).collect::<Vec<f64>>();
    let each = |key: &str, f: fn(f64) -> f64| case.list(key).into_iter().map(f).collect::<Vec<f64>>();
    let entries = match function {
        "student_t_sf" => map(&[("sf", json!(over("t_df", &|p| student_t_sf(p[0], p[1]))))]),
        "student_t_quantile" => map(&[("quantile", json!(over("p_df", &|p| student_t_quantile(p[0], p[1]))))]),
        "normal_sf" => map(&[("sf", json!(each("x", normal_sf)))]),
        "normal_quantile" => map(&[("quantile", json!(each("p", normal_quantile)))]),
        "f_sf" => map(&[("sf", json!(over("points", &|p| f_sf(p[0], p[1], p[2]))))]),
        "chi2_sf" => map(&[("sf", json!(over("points", &|p| chi_squared_sf(p[0], p[1]))))]),
        "studentized_range_sf" => map(&[("sf", json!(over("points", &|p| studentized_range_sf(p[0], p[1] as usize))))]),
        _ => return None,
    };
    Some(Ok(entries))
}
