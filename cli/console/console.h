// Where the CLI's words go: data to one stream, progress to the other.
//
// Threads: main only.
// Failure: a reader that went away (`seep runs ls | head`) is no error; a full
//          disk is, and out_failed() says so at the end.
#ifndef SEEP_CLI_CONSOLE_CONSOLE_H_
#define SEEP_CLI_CONSOLE_CONSOLE_H_

#include <string>
#include <string_view>

#include "cli/console/environment.h"

namespace seep::cli {

struct Style {
  bool color = false;
  bool ascii = false;   // no character beyond ASCII
  bool redraw = false;  // a terminal that can overwrite its last line
  int columns = 0;      // 0: no limit
};

// "auto", "always" or "never", against NO_COLOR, TERM=dumb and what the
// descriptor is.
Style StyleOf(int fd, const Environment& environment, std::string_view color_flag, bool ascii_flag);

class Console {
 public:
  virtual ~Console() = default;
  virtual void Out(std::string_view text) = 0;
  virtual void Err(std::string_view text) = 0;
  virtual bool out_failed() const { return false; }

  // A transient line on stderr (progress), redrawn in place; nothing where the
  // terminal cannot. Any other output first removes it.
  void Progress(const std::string& line);
  void ErrLine(std::string_view line);

  Style out_style, err_style;

 protected:
  void ClearProgress();

 private:
  bool progress_shown_ = false;
};

// Standard output and error of this process.
class TerminalConsole : public Console {
 public:
  void Out(std::string_view text) override;
  void Err(std::string_view text) override;
  bool out_failed() const override { return out_error_ != 0; }

 private:
  int out_error_ = 0;
  bool out_closed_ = false;
};

// For tests: what was said.
class CapturedConsole : public Console {
 public:
  void Out(std::string_view text) override { out += text; }
  void Err(std::string_view text) override { err += text; }
  std::string out, err;
};

// `text` in a colour of the verdict's, where colours are wanted.
enum class Tint { kNone, kRed, kYellow, kGreen, kDim, kBold };
std::string Paint(std::string_view text, Tint tint, const Style& style);

// '→', '²' and the like by ASCII look-alikes; everything else beyond ASCII '?'.
std::string Asciified(std::string_view text);

}  // namespace seep::cli

#endif  // SEEP_CLI_CONSOLE_CONSOLE_H_
