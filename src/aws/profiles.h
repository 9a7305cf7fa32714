// AWS's two files of profiles, ~/.aws/config and ~/.aws/credentials (AWS_CONFIG_FILE,
// AWS_SHARED_CREDENTIALS_FILE), read by AWS's own parser.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <aws/sdkutils/aws_profile.h>

#include "aws/crt.h"

namespace pg2athena::aws {

// What the files say now, merged: where both have a profile's property, the credentials file wins.
class Profiles {
 public:
  static Profiles read(const CrtLibrary& library);

  bool has_profile(std::string_view name) const;
  // Of a profile; empty if it hasn't got it.
  std::string property(std::string_view profile, std::string_view name) const;
  // Of a section [sso-session NAME].
  std::string sso_session_property(std::string_view session, std::string_view name) const;
  // Where they were looked for: "/home/etl/.aws/config and /home/etl/.aws/credentials".
  const std::string& places() const { return places_; }

  aws_profile_collection* collection() const { return collection_.get(); }

 private:
  using Collection = CrtPointer<aws_profile_collection, aws_profile_collection_release>;

  explicit Profiles(aws_allocator* allocator) : allocator_(allocator) {}
  std::string value(const aws_profile* section, std::string_view name) const;

  aws_allocator* allocator_;
  Collection collection_;  // null when there are no files
  std::string places_;
};

// The profile to use: `configured`, or AWS_PROFILE, or "default".
std::string profile_name(const std::string& configured);

}  // namespace pg2athena::aws
