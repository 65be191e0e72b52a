#include "agent/scenario/parse_inputs.h"

namespace seep::agent {

std::vector<std::string> BuiltInParseInputs() {
  return {
      "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
      "bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4?amount=0.00001",
      "lnbc1pvjluezpp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdpl2pkx2ctnv5sxxmmwwd5kgetjypeh2ursdae8g6tw"
      "vd5kgetjypeh2ursdae8g6twvus8g6rfwvs8qun0dfjkxaq8rkx3yf5tcsyz3d73gafnh3cax9rn449d9p5uxz9ezhhypd0elx87sjle52x86fu"
      "x2ypatgddc6k63n7erqz25le42c4u4ecky03ylcqca784w",
      "https://example.com/",
  };
}

}  // namespace seep::agent
