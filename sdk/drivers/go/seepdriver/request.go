package seepdriver

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

type request struct {
	id     int64
	method string
	params *params
}

// decode answers a request, or nothing for a notification, or what is
// wrong with the line and the id it was sent under.
func decode(line []byte) (*request, *int64, *CallError) {
	var message map[string]json.RawMessage
	if !utf8.Valid(line) || !json.Valid(line) {
		return nil, nil, refuse(ParseError, "the line is not JSON")
	}
	if json.Unmarshal(line, &message) != nil || message == nil {
		return nil, nil, refuse(InvalidRequest, "a request is an object; batches are not used")
	}
	var id *int64
	if raw, has := message["id"]; has && string(raw) != "null" {
		number, err := strconv.ParseInt(string(raw), 10, 64)
		if err != nil || number > maxInteger || number < -maxInteger {
			return nil, nil, refuse(InvalidRequest, "`id` is not an integer within 2^53-1")
		}
		id = &number
	}
	if string(message["jsonrpc"]) != `"2.0"` {
		return nil, id, refuse(InvalidRequest, "`jsonrpc` is not \"2.0\"")
	}
	r := &request{params: &params{}}
	if json.Unmarshal(message["method"], &r.method) != nil || r.method == "" {
		return nil, id, refuse(InvalidRequest, "`method` is missing or not a text")
	}
	if id == nil {
		return nil, nil, nil
	}
	r.id = *id
	if raw, has := message["params"]; has && (raw[0] != '{' || json.Unmarshal(raw, &r.params.values) != nil) {
		return nil, id, refuse(InvalidParams, "`params` is not an object")
	}
	return r, id, nil
}
