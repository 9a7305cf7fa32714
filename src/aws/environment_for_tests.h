// For tests: the environment without AWS's variables, and a home folder of the test's own, until the test is
// over.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include <unistd.h>

namespace pg2athena::aws {

class CleanEnvironment {
 public:
  CleanEnvironment() {
    std::vector<std::string> names;
    for (char** entry = ::environ; *entry != nullptr; ++entry) {
      const std::string text = *entry;
      if (text.starts_with("AWS_")) names.push_back(text.substr(0, text.find('=')));
    }
    for (const auto& name : names) ::unsetenv(name.c_str());
    std::string pattern = (std::filesystem::temp_directory_path() / "aws-home.XXXXXX").string();
    if (::mkdtemp(pattern.data()) != nullptr) home_ = pattern;
    set("HOME", home_.string());
    set("AWS_EC2_METADATA_DISABLED", "true");
  }
  ~CleanEnvironment() {
    std::error_code ignored;
    std::filesystem::remove_all(home_, ignored);
  }
  CleanEnvironment(const CleanEnvironment&) = delete;
  CleanEnvironment& operator=(const CleanEnvironment&) = delete;

  void set(const char* name, const std::string& value) { ::setenv(name, value.c_str(), 1); }
  void unset(const char* name) { ::unsetenv(name); }
  // Under the home folder: ".aws/config".
  std::string write(const std::string& name, const std::string& content) {
    const auto path = home_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << content;
    return path.string();
  }

 private:
  std::filesystem::path home_;
};

}  // namespace pg2athena::aws
