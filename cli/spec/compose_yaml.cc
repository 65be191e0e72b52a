// Dotted paths as nested YAML blocks.
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/spec/spec_edits.h"
#include "cli/spec/yaml_text.h"

namespace seep::cli {
namespace {

struct Node {
  std::string value;  // of a leaf
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> children;

  Node& Child(const std::string& name) {
    for (auto& [known, child] : children) {
      if (known == name) return *child;
    }
    return *children.emplace_back(name, std::make_unique<Node>()).second;
  }
};

void Write(const Node& node, int depth, std::string& out) {
  for (const auto& [name, child] : node.children) {
    out.append(static_cast<std::size_t>(2 * depth), ' ');
    if (child->children.empty()) {
      absl::StrAppend(&out, YamlString(name), ": ", child->value, "\n");
    } else {
      absl::StrAppend(&out, YamlString(name), ":\n");
      Write(*child, depth + 1, out);
    }
  }
}

}  // namespace

std::string ComposeYaml(const std::vector<SpecEdit>& edits) {
  Node root;
  for (const SpecEdit& edit : edits) {
    Node* node = &root;
    for (const std::string& name : std::vector<std::string>(absl::StrSplit(edit.path, '.'))) node = &node->Child(name);
    // "{}" only says that the block is there; it must not empty what is.
    if (edit.value != "{}") node->children.clear();
    node->value = edit.value;
  }
  std::string out;
  Write(root, 0, out);
  return out;
}

}  // namespace seep::cli
