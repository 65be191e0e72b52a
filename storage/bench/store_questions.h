// The same question to a filled store in each way that it can be answered, and
// what the store takes on disk.
//
// Threads: one at a time.
// Owns:    its read-only connections. Ends the process when the store fails.
#ifndef SEEP_STORAGE_BENCH_STORE_QUESTIONS_H_
#define SEEP_STORAGE_BENCH_STORE_QUESTIONS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "storage/bench/run_line.h"
#include "storage/sqlite/database.h"

namespace seep::storage::bench {

struct StoreSizes {
  std::uint64_t samples = 0;
  std::uint64_t chunk_bytes = 0;  // of the chunks themselves: compressed
  std::uint64_t plain_bytes = 0;  // before compression
  // Pages of the file, indexes included.
  std::uint64_t chunk_pages = 0;    // chunks
  std::uint64_t summary_pages = 0;  // their summaries
  std::uint64_t minute_pages = 0;   // a row a minute and gauge, for clients that read no chunks
  std::uint64_t all_pages = 0;
};

class StoreQuestions {
 public:
  // The directory of a store that nobody has open. Pages are read through a
  // mapping of the file or, if not `mapped`, one by one.
  StoreQuestions(const std::string& directory, bool mapped);

  RunLines ScanChunks();    // every chunk: times and the gauge, decoded
  RunLines AddSummaries();  // chunk_summary alone
  RunLines AskTable();      // SQL over the virtual table `samples`, native aggregates
  StoreSizes Sizes();

 private:
  // One run after the other: its number and that of the gauge that is asked for.
  struct Asked {
    std::int64_t stream = 0;
    std::int64_t gauge_no = 0;
    std::uint32_t gauge = 0;
    std::string run_id;
  };
  std::vector<Asked> Find();
  RunLine ScanStream(const Asked& asked);

  const std::string path_;
  std::unique_ptr<sqlite::Database> db_;
  std::unique_ptr<sqlite::Database> sql_;  // where the virtual table is registered
};

}  // namespace seep::storage::bench

#endif  // SEEP_STORAGE_BENCH_STORE_QUESTIONS_H_
