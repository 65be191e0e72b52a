use super::*;

fn round(text: &str) -> String {
    let mut out = String::new();
    Json::parse(text).unwrap().write(&mut out);
    out
}

#[test]
fn reads_what_it_writes() {
    let text = r#"{"a":[1,-2.5,true,false,null,"é\n\u0001\"\\"],"b":{}}"#;
    assert_eq!(round(text), text);
    assert_eq!(round(" { \"x\" : [ ] } "), "{\"x\":[]}");
    assert_eq!(round(r#""\ud83d\ude00 \ud800x""#), "\"😀 \u{fffd}x\"");
}

#[test]
fn refuses_what_is_no_json() {
    for text in ["", "{", "[1,]", "{\"a\" 1}", "01", "1.", "-", "nul", "\"a", "\"\\x\"", "\"\\u12\"", "1 2", "\"a\nb\"", "+1", ".5", "1e999"] {
        assert!(Json::parse(text).is_err(), "{}", text);
    }
    assert!(Json::parse(&"[".repeat(100_000)).is_err());
}

#[test]
fn keeps_integers_apart_from_numbers() {
    assert_eq!(Json::parse("9007199254740991"), Ok(Json::Int(9007199254740991)));
    assert_eq!(Json::parse("3.0"), Ok(Json::Number(3.0)));
    assert_eq!(Json::parse("1e3"), Ok(Json::Number(1000.0)));
}
