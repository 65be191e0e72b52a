#include "sdk/simulated_network/http_request.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace seep::simnet {
namespace {

std::string_view Reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Error";
  }
}

std::string_view Trim(std::string_view text) {
  const auto from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

}  // namespace

std::string_view HttpRequest::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

HttpRequestReader::State HttpRequestReader::Break(int status) {
  status_ = status;
  bytes_.clear();
  return state_ = State::kBroken;
}

HttpRequestReader::State HttpRequestReader::Append(std::string_view bytes) {
  if (state_ != State::kNeedsMore) return state_;
  // One read never brings much more than both limits allow.
  bytes_.append(bytes);
  if (!header_done_) {
    const std::size_t end = bytes_.find("\r\n\r\n");
    if (std::min(end, bytes_.size()) > kMaxHeaderBytes) return Break(431);
    if (end == std::string::npos) return state_;
    if (ReadHeader(std::string_view(bytes_).substr(0, end)) == State::kBroken) return state_;
    header_done_ = true;
    bytes_.erase(0, end + 4);
  }
  return ReadBody();
}

HttpRequestReader::State HttpRequestReader::ReadBody() {
  if (bytes_.size() < body_size_) return state_;
  request_.body = bytes_.substr(0, body_size_);
  bytes_.clear();
  return state_ = State::kComplete;
}

HttpRequestReader::State HttpRequestReader::ReadHeader(std::string_view header) {
  const std::size_t line_end = std::min(header.find("\r\n"), header.size());
  const std::string_view line = header.substr(0, line_end);
  const std::size_t first = line.find(' '), last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return Break(400);
  const std::string_view version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return Break(version.substr(0, 5) == "HTTP/" ? 505 : 400);
  request_.method = std::string(line.substr(0, first));
  request_.target = std::string(line.substr(first + 1, last - first - 1));
  if (!IsToken(request_.method) || request_.target.empty() ||
      request_.target.find(' ') != std::string::npos) {
    return Break(400);
  }
  std::string_view rest = header.substr(std::min(line_end + 2, header.size()));
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find("\r\n"), rest.size());
    const std::string_view field = rest.substr(0, end);
    const std::size_t colon = field.find(':');
    if (colon == std::string_view::npos || !IsToken(field.substr(0, colon))) return Break(400);
    std::string name(field.substr(0, colon));
    absl::AsciiStrToLower(&name);
    request_.headers.emplace_back(std::move(name), std::string(Trim(field.substr(colon + 1))));
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  if (!request_.Header("transfer-encoding").empty()) return Break(411);
  const std::string_view length = request_.Header("content-length");
  if (length.empty()) return request_.method == "POST" ? Break(411) : state_;
  std::uint64_t size = 0;
  const bool digits = std::all_of(length.begin(), length.end(),
                                  [](unsigned char c) { return absl::ascii_isdigit(c); });
  const std::string text(length);
  if (!digits || !absl::SimpleAtoi(text, &size)) return Break(400);
  if (size > kMaxBodyBytes) return Break(413);
  body_size_ = size;
  return state_;
}

std::string FormatHttpResponse(int status, std::string_view content_type, std::string_view body) {
  const auto view = [](std::string_view text) {
    return absl::string_view(text.data(), text.size());
  };
  return absl::StrCat("HTTP/1.1 ", status, " ", view(Reason(status)),
                      "\r\nContent-Type: ", view(content_type), "\r\nContent-Length: ", body.size(),
                      status == 401 ? "\r\nWWW-Authenticate: Basic realm=\"faucet\"" : "",
                      "\r\nConnection: close\r\n\r\n", view(body));
}

}  // namespace seep::simnet
