// Whole numbers: differences where they pay, the greatest common divisor taken
// out (memory moves by pages), then blocks of 128 as offsets from their least,
// at as many bits as the largest needs. FORMAT.md, "Integer stream".
//
// All arithmetic wraps at 64 bits, so signed and unsigned numbers alike come back.
//
// Threads: safe from any.
#ifndef SEEP_STORAGE_CHUNKS_INTEGER_CODEC_H_
#define SEEP_STORAGE_CHUNKS_INTEGER_CODEC_H_

#include <cstdint>
#include <span>
#include <string>

#include "storage/chunks/byte_order.h"

namespace seep::storage {

// Appends the smallest stream of `values` (at most kMaxChunkSamples).
void EncodeIntegers(std::span<const std::uint64_t> values, std::string& out);

// Fills `values`, whose size says how many there are. False: damaged.
bool DecodeIntegers(ByteReader& in, std::span<std::uint64_t> values);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_CHUNKS_INTEGER_CODEC_H_
