// One gauge's column: where it was known, and its values to the last bit.
// Whole numbers and decimals become integers, everything else its bit pattern.
// FORMAT.md, "Gauge column".
//
// Threads: safe from any.
#ifndef SEEP_STORAGE_CHUNKS_GAUGE_CODEC_H_
#define SEEP_STORAGE_CHUNKS_GAUGE_CODEC_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "storage/chunks/chunk.h"

namespace seep::storage {

// `count`: samples of the chunk.
void EncodeGauge(const GaugeColumn& column, std::size_t count, std::string& out);

// Fills values and rows. False: damaged; the column is then of no use.
bool DecodeGauge(std::string_view bytes, std::size_t count, GaugeColumn& column);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_CHUNKS_GAUGE_CODEC_H_
