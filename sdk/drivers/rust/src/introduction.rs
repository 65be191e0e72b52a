//! What `initialize` answers.
use crate::allocator;
use crate::json::Json;
use crate::sdk::Description;

pub fn introduction(description: &Description) -> Json {
    let program = |(name, version): (&str, &str)| Json::object(vec![("name", Json::from(name)), ("version", Json::from(version))]);
    let words = |list: &[&str]| Json::Array(list.iter().map(|word| Json::from(*word)).collect());
    let gauge = |name: &str, unit: &str, kind: &str| Json::object(vec![("name", Json::from(name)), ("unit", Json::from(unit)), ("kind", Json::from(kind))]);
    let mut gauges = Vec::new();
    if allocator::figures().is_some() {
        gauges.extend([gauge("heap_allocated", "bytes", "gauge"), gauge("heap_objects", "count", "gauge")]);
    }
    gauges.extend(description.gauges.iter().map(|g| gauge(g.name, g.unit, g.kind)));
    Json::object(vec![
        ("protocol", Json::object(vec![("major", Json::Int(1)), ("minor", Json::Int(0))])),
        ("host", program(description.host)),
        ("sdk", program(description.sdk)),
        ("language", Json::from("rust")),
        ("capabilities", words(&description.capabilities)),
        ("operations", words(&description.operations)),
        ("gauges", Json::Array(gauges)),
    ])
}
