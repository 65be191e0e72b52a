#include "cli/console/console.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace seep::cli {
namespace {

// Returns 0, or the errno that ended the writing.
int WriteFully(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

int ColumnsOf(int fd, const Environment& environment) {
  const int configured = std::atoi(environment.Get("COLUMNS").c_str());
  if (configured >= 20 && configured <= 10000) return configured;
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20) return size.ws_col;
  return 0;
}

}  // namespace

Style StyleOf(int fd, const Environment& environment, std::string_view color_flag, bool ascii_flag) {
  const bool terminal = isatty(fd) == 1;
  const bool dumb = environment.Get("TERM") == "dumb";
  const bool refused = !environment.Get("NO_COLOR").empty();
  Style style;
  style.color = color_flag == "always" || (color_flag != "never" && terminal && !dumb && !refused);
  style.ascii = ascii_flag;
  style.redraw = terminal && !dumb;
  style.columns = terminal || environment.Has("COLUMNS") ? ColumnsOf(fd, environment) : 0;
  return style;
}

void Console::Progress(const std::string& line) {
  if (!err_style.redraw) return;
  const std::size_t limit = err_style.columns > 0 ? static_cast<std::size_t>(err_style.columns - 1) : 79;
  const std::string ascii = Asciified(line).substr(0, limit);
  progress_shown_ = false;
  Err(fmt::format("\r\x1b[K{}", Paint(ascii, Tint::kDim, err_style)));
  progress_shown_ = true;
}

void Console::ErrLine(std::string_view line) {
  Err(fmt::format("{}\n", err_style.ascii ? Asciified(line) : std::string(line)));
}

void Console::ClearProgress() {
  if (!progress_shown_) return;
  progress_shown_ = false;
  Err("\r\x1b[K");
}

void TerminalConsole::Out(std::string_view text) {
  ClearProgress();
  if (out_closed_) return;
  const int error = WriteFully(STDOUT_FILENO, text);
  if (error == 0) return;
  out_closed_ = true;
  if (error != EPIPE) out_error_ = error;
}

void TerminalConsole::Err(std::string_view text) {
  ClearProgress();
  WriteFully(STDERR_FILENO, text);
}

std::string Paint(std::string_view text, Tint tint, const Style& style) {
  if (!style.color || tint == Tint::kNone) return std::string(text);
  const char* code = "0";
  switch (tint) {
    case Tint::kRed: code = "1;31"; break;
    case Tint::kYellow: code = "33"; break;
    case Tint::kGreen: code = "32"; break;
    case Tint::kDim: code = "2"; break;
    case Tint::kBold: code = "1"; break;
    case Tint::kNone: break;
  }
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::string Asciified(std::string_view text) {
  static constexpr struct { std::string_view from, to; } kLookAlikes[] = {
      {"→", "->"}, {"²", "2"}, {"±", "+/-"}, {"×", "x"}, {"µ", "u"}, {"–", "-"}, {"—", "-"},
      {"≤", "<="}, {"≥", ">="}, {"…", "..."}, {"·", "."}, {"Δ", "d"}, {"’", "'"}};
  std::string out;
  while (!text.empty()) {
    std::size_t taken = 1;
    if (static_cast<unsigned char>(text[0]) < 0x80) {
      out += text[0];
    } else {
      while (taken < text.size() && (static_cast<unsigned char>(text[taken]) & 0xc0) == 0x80) ++taken;
      std::string_view replacement = "?";
      for (const auto& known : kLookAlikes) {
        if (text.substr(0, taken) == known.from) replacement = known.to;
      }
      out += replacement;
    }
    text.remove_prefix(taken);
  }
  return out;
}

}  // namespace seep::cli
