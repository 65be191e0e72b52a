package seepdriver

import "bytes"

// MaxLineBytes counts the line feed.
const MaxLineBytes = 1 << 20

// LineReader cuts a stream of bytes into lines. It keeps at most one line: a
// longer one is reported once and skipped to its line feed.
type LineReader struct {
	kept     []byte
	skipping bool
}

// Feed calls line for each finished line, without its end and without empty
// ones; tooLong for each that is beyond the limit. A line's bytes are valid
// until Feed returns.
func (r *LineReader) Feed(chunk []byte, line func([]byte), tooLong func()) {
	for {
		end := bytes.IndexByte(chunk, '\n')
		if end < 0 {
			break
		}
		part := chunk[:end]
		chunk = chunk[end+1:]
		if r.skipping {
			r.skipping = false
			continue
		}
		if len(r.kept) > 0 {
			part = append(r.kept, part...)
			r.kept = nil
		}
		if len(part)+1 > MaxLineBytes {
			tooLong()
			continue
		}
		if part = bytes.TrimSuffix(part, []byte{'\r'}); len(part) > 0 {
			line(part)
		}
	}
	if r.skipping {
		return
	}
	r.kept = append(r.kept, chunk...)
	if len(r.kept)+1 > MaxLineBytes {
		r.kept, r.skipping = nil, true
		tooLong()
	}
}
