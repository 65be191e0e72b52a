// Feeds damaged chunks to everything that reads one, for as long as it is told.
//
//   chunk_fuzzer [--seed N] [--rounds N | --seconds N]
//
// A round takes a chunk (plain or compressed), changes it as chance will and, in
// most rounds, makes every checksum fit again, so that the decoders behind them
// are reached. What it looks for: crashes (best under `make asan`), a read that
// takes more memory than FORMAT.md allows, and a chunk that reads well but does
// not come back the same when it is written again. Prints the seed; the same
// seed and rounds do the same.
#include <google/protobuf/stubs/logging.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "common/os/random.h"
#include "common/status/check.h"
#include "storage/chunks/chunk_codec.h"
#include "storage/chunks/chunk_samples.h"
#include "storage/chunks/column_summary.h"
#include "storage/chunks/testing/odd_samples.h"

namespace {

// The largest single request for memory since it was last set to nothing.
std::atomic<std::size_t> g_largest{0};

}  // namespace

void* operator new(std::size_t size) {
  if (size > g_largest.load(std::memory_order_relaxed)) g_largest.store(size, std::memory_order_relaxed);
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace seep::storage {
namespace {

// All samples of a hostile chunk in one vector: far below what it could ask for unchecked.
constexpr std::size_t kMostMemory = std::size_t{32} << 20;

struct Columns {
  ChunkHeader header;
  std::vector<StoredColumn> columns;
};

Columns TakeApart(const std::string& chunk) {
  const auto frame = ReadFrame(chunk);
  SEEP_CHECK(frame.ok()) << frame.status();
  Columns taken{frame->header, {}};
  for (const ColumnPlace& place : frame->columns) {
    taken.columns.push_back({place.gauge, chunk.substr(place.offset, place.size), place.compressed});
  }
  return taken;
}

std::vector<std::string> Originals(std::uint64_t seed) {
  std::vector<std::string> originals;
  for (std::uint64_t i = 0; i < 24; ++i) {
    ChunkBuilder builder;
    for (const v1::Sample& sample : testing::OddSamples(seed + i, i % 6 == 0 ? 1024 : 60)) SEEP_CHECK(builder.Add(sample).ok());
    originals.push_back(EncodeChunk(builder.Take()));
    if (i % 3 == 0) originals.back() = *CompressChunk(originals.back());
  }
  return originals;
}

void Mutate(Random& random, std::string& bytes) {
  constexpr unsigned char kTelling[] = {0, 1, 2, 3, 0x3f, 0x40, 0x41, 0x7f, 0x80, 0xff};
  const std::size_t at = bytes.empty() ? 0 : random.Below(bytes.size());
  switch (bytes.empty() ? 4 : random.Below(6)) {
    case 0: bytes[at] = static_cast<char>(bytes[at] ^ 1 << random.Below(8)); break;
    case 1: bytes[at] = static_cast<char>(kTelling[random.Below(sizeof(kTelling))]); break;
    case 2: bytes.resize(at); break;
    case 3: bytes.erase(at, 1 + random.Below(8)); break;
    case 4: bytes.insert(at, random.Below(12), static_cast<char>(random.Next())); break;
    default: bytes.replace(at, 1 + random.Below(8), bytes.substr(random.Below(bytes.size()), random.Below(16)));
  }
}

// Inside the frame, every checksum right.
std::string Forge(Random& random, const std::string& original) {
  Columns taken = TakeApart(original);
  for (std::uint64_t i = 1 + random.Below(4); i > 0; --i) {
    StoredColumn& column = taken.columns[random.Below(taken.columns.size())];
    if (random.Below(8) == 0) column.compressed = !column.compressed;
    else Mutate(random, column.bytes);
  }
  if (random.Below(6) == 0) taken.header.count = 1 + static_cast<std::uint32_t>(random.Below(kMaxChunkSamples));
  return WriteFrame(taken.header, taken.columns);
}

struct Counts {
  std::uint64_t rounds = 0, opened = 0, read = 0;
};

void ReadEverything(const std::string& bytes, Counts& counts) {
  const auto view = ChunkView::Open(bytes);
  if (!view.ok()) return;
  ++counts.opened;
  GaugeColumn column;
  for (const std::uint32_t gauge : view->gauges()) (void)view->ReadGauge(gauge, column);
  (void)view->Check();
  (void)CompressChunk(bytes);
  (void)DecompressChunk(bytes);
  const auto chunk = view->ReadAll();
  if (!chunk.ok()) return;
  ++counts.read;
  (void)Summarise(*chunk);
  std::vector<v1::Sample> samples;
  (void)AppendSamples(*chunk, samples);
  const std::string again = EncodeChunk(*chunk);
  const auto reread = ChunkView::Open(again);
  SEEP_CHECK(reread.ok() && reread->Check().ok()) << "what was read cannot be written and read again";
  SEEP_CHECK(EncodeChunk(*reread->ReadAll()) == again) << "written twice, it differs";
}

struct Options {
  std::uint64_t seed = 1, rounds = 20'000;
  double seconds = 0;  // 0: rounds decide
};

Options Parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--seed") == 0) options.seed = std::strtoull(argv[i + 1], nullptr, 10);
    else if (std::strcmp(argv[i], "--rounds") == 0) options.rounds = std::strtoull(argv[i + 1], nullptr, 10);
    else if (std::strcmp(argv[i], "--seconds") == 0) options.seconds = std::strtod(argv[i + 1], nullptr);
    else break;
    if (i + 2 == argc) return options;
  }
  if (argc == 1) return options;
  std::fprintf(stderr, "usage: chunk_fuzzer [--seed N] [--rounds N | --seconds N]\n");
  std::exit(2);
}

int Fuzz(const Options& options) {
  google::protobuf::SetLogHandler(nullptr);  // that a string is no UTF-8 is what is wanted here
  std::printf("chunk_fuzzer: seed %llu\n", static_cast<unsigned long long>(options.seed));
  std::fflush(stdout);
  const std::vector<std::string> originals = Originals(options.seed);
  Random random(options.seed);
  Counts counts;
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(options.seconds);
  const auto goes_on = [&] {
    return options.seconds > 0 ? std::chrono::steady_clock::now() < end : counts.rounds < options.rounds;
  };
  for (; goes_on(); ++counts.rounds) {
    std::string bytes = originals[random.Below(originals.size())];
    if (random.Below(4) == 0) Mutate(random, bytes);
    else bytes = Forge(random, bytes);
    g_largest = 0;
    ReadEverything(bytes, counts);
    SEEP_CHECK(g_largest.load() <= kMostMemory) << "round " << counts.rounds << " asked for " << g_largest.load() << " bytes at once";
  }
  std::printf("chunk_fuzzer: %llu rounds, %llu opened, %llu read whole, none broke anything\n",
              static_cast<unsigned long long>(counts.rounds), static_cast<unsigned long long>(counts.opened),
              static_cast<unsigned long long>(counts.read));
  // A fuzzer that never gets past the door proves nothing.
  return counts.rounds < 1000 || (counts.opened > counts.rounds / 2 && counts.read > 0) ? 0 : 1;
}

}  // namespace
}  // namespace seep::storage

int main(int argc, char** argv) { return seep::storage::Fuzz(seep::storage::Parse(argc, argv)); }
