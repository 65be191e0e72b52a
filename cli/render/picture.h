// A series as one line of bars, for the terminal: "▁▁▂▃▄▅▆▇█".
//
// Bounded: at most 2 x kColumns points are kept, however long the recording;
// neighbours are merged by their means.
#ifndef SEEP_CLI_RENDER_PICTURE_H_
#define SEEP_CLI_RENDER_PICTURE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace seep::cli {

class Picture {
 public:
  static constexpr std::size_t kColumns = 60;

  void Add(double value);  // not a number: left out
  // Empty when there are no values. `ascii`: ".:-=+*#@".
  // At most `columns` characters (kColumns at most). What differs by less than
  // `least_span` does not fill the height.
  std::string Text(bool ascii, std::size_t columns = kColumns, double least_span = 0) const;

 private:
  struct Bin {
    double sum = 0;
    std::uint64_t count = 0;
  };
  std::uint64_t bin_size_ = 1;
  std::vector<Bin> bins_;
};

}  // namespace seep::cli

#endif  // SEEP_CLI_RENDER_PICTURE_H_
