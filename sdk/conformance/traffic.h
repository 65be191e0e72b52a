// What hosts said in all conversations of a check, judged by the rules that
// hold for every line, whatever was asked.
//
// Threads: one.
// Bounds:  the first remark on each rule is kept, and counts.
#ifndef SEEP_SDK_CONFORMANCE_TRAFFIC_H_
#define SEEP_SDK_CONFORMANCE_TRAFFIC_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/conformance/finding.h"
#include "sdk/driver_protocol/json.h"

namespace seep::conformance {

class Traffic {
 public:
  // Words that must come out nowhere.
  void AddSecret(std::string secret) { secrets_.push_back(std::move(secret)); }

  void SawText(std::string_view text, const std::string& where);  // stdout or stderr
  void SawErrorLine(std::string_view line);                        // of stderr
  void SawError(const driver::Json& answer);
  void SawNotification(const std::string& method, const driver::Json* params, const std::string& line);

  void Remark(const std::string& rule, Finding finding);
  // The first thing that was wrong by this rule, in any conversation.
  const Finding* Of(const std::string& rule) const;

  std::int64_t events() const { return events_; }
  std::int64_t logs() const { return logs_; }
  std::int64_t out_of_band_errors() const { return out_of_band_errors_; }

 private:
  std::map<std::string, Finding> remarks_;
  std::vector<std::string> secrets_;
  std::int64_t events_ = 0, logs_ = 0, out_of_band_errors_ = 0;
};

// At most 300 characters, without control characters.
std::string Shown(std::string_view text);
Finding Failure(std::string expected, std::string sent, std::string came);
// {id, status, direction, method, amount_sats, fee_sats, timestamp}; what is
// wrong with it, or nothing.
std::string WrongWithPayment(const driver::Json* payment);

}  // namespace seep::conformance

#endif  // SEEP_SDK_CONFORMANCE_TRAFFIC_H_
