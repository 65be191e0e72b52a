// Reading with yaml-cpp's event interface: the limits hold while the text is
// parsed, before anything could grow.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sstream>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "coordinator/campaign/diagnostics.h"
#include "coordinator/campaign/yaml_value.h"

namespace seep::coordinator {
namespace {

struct Refusal {
  YAML::Mark mark;
  std::string what, advice;
};

class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::shared_ptr<const std::string> source, Diagnostics& diagnostics)
      : source_(std::move(source)), diagnostics_(diagnostics) {}

  std::shared_ptr<YamlValue> root() { return root_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Begin(mark, anchor, YamlValue::Kind::kNull);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refusal{mark, "aliases are not accepted", "write the value out"};
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    if (Printable(text, /*keep_lines=*/true) != text) {
      throw Refusal{mark, "control characters or invalid UTF-8 in a value", "remove them"};
    }
    if (ExpectsKey()) {
      NoteNode(mark, anchor);
      return OnKey(mark, text);
    }
    auto value = Begin(mark, anchor, YamlValue::Kind::kScalar);
    value->text = text;
    value->quoted = tag == "!";  // what yaml-cpp calls a quoted scalar
    if (!value->quoted && (text == "~" || text == "null")) value->kind = YamlValue::Kind::kNull;
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(Begin(mark, anchor, YamlValue::Kind::kSequence), mark);
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(Begin(mark, anchor, YamlValue::Kind::kMap), mark);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  struct OpenNode {
    std::shared_ptr<YamlValue> value;
    bool key_read = false;
  };

  Place PlaceOf(const YAML::Mark& mark) const { return {source_, mark.line + 1, mark.column + 1}; }

  bool ExpectsKey() const {
    return !open_.empty() && open_.back().value->kind == YamlValue::Kind::kMap && !open_.back().key_read;
  }

  void NoteNode(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) throw Refusal{mark, "anchors are not accepted", "write the value out"};
    if (++nodes_ > kMaxYamlNodes) {
      throw Refusal{mark, absl::StrCat("more than ", kMaxYamlNodes, " values"),
                    "split the campaign into several files"};
    }
  }

  void OnKey(const YAML::Mark& mark, const std::string& key) {
    OpenNode& parent = open_.back();
    if (parent.value->Find(key) != nullptr) {
      diagnostics_.Error(PlaceOf(mark), absl::StrCat("\"", key, "\" is given twice"), "remove one");
    }
    parent.value->entries.push_back({key, PlaceOf(mark), nullptr});
    parent.key_read = true;
  }

  std::shared_ptr<YamlValue> Begin(const YAML::Mark& mark, YAML::anchor_t anchor, YamlValue::Kind kind) {
    NoteNode(mark, anchor);
    if (ExpectsKey()) throw Refusal{mark, "a key must be a plain text", "write NAME: VALUE, and close every [ and {"};
    auto value = std::make_shared<YamlValue>();
    value->kind = kind;
    value->place = PlaceOf(mark);
    if (open_.empty()) {
      root_ = value;
    } else if (OpenNode& parent = open_.back(); parent.value->kind == YamlValue::Kind::kMap) {
      parent.value->entries.back().value = value;
      parent.key_read = false;
    } else {
      parent.value->items.push_back(value);
    }
    return value;
  }

  void Open(std::shared_ptr<YamlValue> value, const YAML::Mark& mark) {
    if (open_.size() >= static_cast<std::size_t>(kMaxYamlDepth)) {
      throw Refusal{mark, absl::StrCat("nested deeper than ", kMaxYamlDepth, " levels"), "flatten it"};
    }
    open_.push_back({std::move(value)});
  }

  std::shared_ptr<const std::string> source_;
  Diagnostics& diagnostics_;
  std::shared_ptr<YamlValue> root_;
  std::vector<OpenNode> open_;
  int nodes_ = 0;
};

}  // namespace

YamlPtr ReadYaml(const std::string& text, const std::string& source, Diagnostics& diagnostics) {
  auto name = std::make_shared<const std::string>(source);
  const Place start{name, 1, 1};
  if (text.size() > kMaxYamlBytes) {
    diagnostics.Error(start, absl::StrCat("larger than ", kMaxYamlBytes, " bytes"), "split the campaign");
    return nullptr;
  }
  TreeBuilder builder(name, diagnostics);
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder) || builder.root() == nullptr) {
      auto empty = std::make_shared<YamlValue>();
      empty->place = start;
      return empty;
    }
    TreeBuilder second(name, diagnostics);
    if (parser.HandleNextDocument(second)) {
      diagnostics.Error(second.root() ? second.root()->place : start, "a second document",
                        "give one campaign a file");
    }
  } catch (const Refusal& refusal) {
    diagnostics.Error({name, refusal.mark.line + 1, refusal.mark.column + 1}, refusal.what, refusal.advice);
    return nullptr;
  } catch (const YAML::Exception& error) {
    diagnostics.Error({name, std::max(error.mark.line, 0) + 1, std::max(error.mark.column, 0) + 1},
                      absl::StrCat("not YAML: ", error.msg), "check quotes, colons and indentation");
    return nullptr;
  } catch (const std::exception& error) {
    diagnostics.Error(start, absl::StrCat("not YAML: ", error.what()), "check the file");
    return nullptr;
  }
  return builder.root();
}

}  // namespace seep::coordinator
