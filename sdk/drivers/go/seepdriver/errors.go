package seepdriver

import (
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// Kind is the name of an error of the protocol (SPEC, section 6).
type Kind string

const (
	ParseError        Kind = "parse_error"
	InvalidRequest    Kind = "invalid_request"
	MethodNotFound    Kind = "method_not_found"
	InvalidParams     Kind = "invalid_params"
	InternalError     Kind = "internal_error"
	SdkError          Kind = "sdk_error"
	InsufficientFunds Kind = "insufficient_funds"
	InvalidInput      Kind = "invalid_input"
	NetworkError      Kind = "network_error"
	StorageError      Kind = "storage_error"
	SignerError       Kind = "signer_error"
	NotSupported      Kind = "not_supported"
	UnknownInstance   Kind = "unknown_instance"
	InstanceExists    Kind = "instance_exists"
	NotConnected      Kind = "not_connected"
	DeadlineExceeded  Kind = "deadline_exceeded"
	LimitExceeded     Kind = "limit_exceeded"
	NotInitialized    Kind = "not_initialized"
	Fatal             Kind = "fatal"
)

var codes = map[Kind]int{
	ParseError: -32700, InvalidRequest: -32600, MethodNotFound: -32601, InvalidParams: -32602, InternalError: -32603,
	SdkError: 1, InsufficientFunds: 2, InvalidInput: 3, NetworkError: 4, StorageError: 5, SignerError: 6, NotSupported: 7,
	UnknownInstance: 9, InstanceExists: 10, NotConnected: 11, DeadlineExceeded: 12, LimitExceeded: 13, NotInitialized: 14, Fatal: 15,
}

const maxTextBytes = 4096

// CallError is how an SDK's methods say what kind of failure theirs is. Any
// other error becomes sdk_error with its own words.
type CallError struct {
	Kind     Kind
	Message  string
	SdkError string
}

func (e *CallError) Error() string { return e.Message }

// Fail makes a CallError; `words` are the SDK's own.
func Fail(kind Kind, words string) error { return &CallError{kind, words, words} }

func refuse(kind Kind, message string) *CallError { return &CallError{Kind: kind, Message: message} }

func asCallError(err error) *CallError {
	var call *CallError
	if errors.As(err, &call) {
		return call
	}
	return &CallError{SdkError, err.Error(), err.Error()}
}

// clip cuts on a character's boundary.
func clip(text string) string {
	if len(text) <= maxTextBytes {
		return text
	}
	end := maxTextBytes
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

func (e *CallError) MarshalJSON() ([]byte, error) {
	data := map[string]any{"kind": e.Kind, "retryable": e.Kind == NetworkError || e.Kind == DeadlineExceeded}
	if e.SdkError != "" {
		data["sdk_error"] = clip(e.SdkError)
	}
	return json.Marshal(map[string]any{"code": codes[e.Kind], "message": clip(e.Message), "data": data})
}
