package seepdriver

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
)

const (
	maxInteger = 1<<53 - 1
	maxText    = 65536
)

var (
	instanceName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)
	seedText     = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)
)

// params reads a request's parameters. The first complaint is kept; it names
// the parameter and never quotes what was there.
type params struct {
	values map[string]json.RawMessage
	err    *CallError
}

func (p *params) refuse(name, complaint string) {
	if p.err == nil {
		p.err = refuse(InvalidParams, fmt.Sprintf("params.%s %s", name, complaint))
	}
}

func (p *params) find(name string) json.RawMessage {
	value := p.values[name]
	if string(value) == "null" {
		return nil
	}
	return value
}

func (p *params) optionalText(name string) string {
	value := p.find(name)
	if value == nil {
		return ""
	}
	var text string
	if value[0] != '"' || json.Unmarshal(value, &text) != nil || len(text) > maxText {
		p.refuse(name, fmt.Sprintf("is not a text of at most %d bytes", maxText))
	}
	return text
}

func (p *params) text(name string) string {
	text := p.optionalText(name)
	if text == "" {
		p.refuse(name, "is missing or empty")
	}
	return text
}

func (p *params) word(name, otherwise string, words ...string) string {
	text := p.optionalText(name)
	if p.find(name) == nil {
		text = otherwise
	}
	for _, word := range words {
		if text == word {
			return text
		}
	}
	p.refuse(name, fmt.Sprintf("is none of %v", words))
	return text
}

// integer answers nil when absent. "3.0" is no integer.
func (p *params) integer(name string, least int64) *int64 {
	value := p.find(name)
	if value == nil {
		return nil
	}
	number, err := strconv.ParseInt(string(value), 10, 64)
	if err != nil || number < least || number > maxInteger {
		p.refuse(name, fmt.Sprintf("is not an integer from %d to %d", least, int64(maxInteger)))
		return nil
	}
	return &number
}

func (p *params) integerOr(name string, otherwise int64) int64 {
	if number := p.integer(name, 0); number != nil {
		return *number
	}
	return otherwise
}

func (p *params) flag(name string, otherwise bool) bool {
	switch string(p.find(name)) {
	case "":
		return otherwise
	case "true":
		return true
	case "false":
		return false
	}
	p.refuse(name, "is neither true nor false")
	return otherwise
}

func (p *params) object(name string) map[string]json.RawMessage {
	value := p.find(name)
	members := map[string]json.RawMessage{}
	if value != nil && (value[0] != '{' || json.Unmarshal(value, &members) != nil) {
		p.refuse(name, "is not an object")
	}
	return members
}

func (p *params) directory(name string) string {
	path := p.text(name)
	if info, err := os.Stat(path); p.err == nil && (!filepath.IsAbs(path) || err != nil || !info.IsDir()) {
		p.refuse(name, "is not the absolute path of an existing directory")
	}
	return path
}

func (p *params) instance() string {
	name := p.optionalText("instance")
	if !instanceName.MatchString(name) {
		p.refuse("instance", "is not 1 to 64 characters of [A-Za-z0-9_.-]")
	}
	return name
}

func (p *params) context() string {
	name := p.optionalText("context")
	if p.find("context") != nil && !instanceName.MatchString(name) {
		p.refuse("context", "is not 1 to 64 characters of [A-Za-z0-9_.-]")
	}
	return name
}

// secret answers the seed's hexadecimal characters or the mnemonic.
func (p *params) secret() (seed, mnemonic string) {
	seed, mnemonic = p.optionalText("seed"), p.optionalText("mnemonic")
	if (seed == "") == (mnemonic == "") {
		p.refuse("seed", "or params.mnemonic: exactly one of the two is needed")
	}
	if seed != "" && !seedText.MatchString(seed) {
		p.refuse("seed", "is not 64 hexadecimal characters")
	}
	return seed, mnemonic
}
