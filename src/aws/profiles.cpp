#include "aws/profiles.h"

#include <fmt/format.h>

#include "aws/environment.h"

namespace pg2athena::aws {

Profiles Profiles::read(const CrtLibrary& library) {
  Profiles profiles(library.allocator());
  aws_allocator* const allocator = library.allocator();
  const CrtString config_path(aws_get_config_file_path(allocator, nullptr));
  const CrtString credentials_path(aws_get_credentials_file_path(allocator, nullptr));
  Collection config;
  Collection credentials;
  if (config_path) {
    config.reset(aws_profile_collection_new_from_file(allocator, config_path.get(), AWS_PST_CONFIG));
  }
  if (credentials_path) {
    credentials.reset(
        aws_profile_collection_new_from_file(allocator, credentials_path.get(), AWS_PST_CREDENTIALS));
  }
  if (config || credentials) {
    profiles.collection_.reset(
        aws_profile_collection_new_from_merge(allocator, config.get(), credentials.get()));
  }
  profiles.places_ =
      fmt::format("{} and {}", config_path ? aws_string_c_str(config_path.get()) : "~/.aws/config",
                  credentials_path ? aws_string_c_str(credentials_path.get()) : "~/.aws/credentials");
  return profiles;
}

std::string Profiles::value(const aws_profile* section, std::string_view name) const {
  if (section == nullptr) return {};
  const CrtString key(
      aws_string_new_from_array(allocator_, reinterpret_cast<const std::uint8_t*>(name.data()), name.size()));
  const aws_profile_property* const property = aws_profile_get_property(section, key.get());
  if (property == nullptr) return {};
  const aws_string* const text = aws_profile_property_get_value(property);
  return text == nullptr ? std::string() : std::string(aws_string_c_str(text), text->len);
}

bool Profiles::has_profile(std::string_view name) const {
  if (!collection_) return false;
  const CrtString key(
      aws_string_new_from_array(allocator_, reinterpret_cast<const std::uint8_t*>(name.data()), name.size()));
  return aws_profile_collection_get_profile(collection_.get(), key.get()) != nullptr;
}

std::string Profiles::property(std::string_view profile, std::string_view name) const {
  if (!collection_) return {};
  const CrtString key(aws_string_new_from_array(
      allocator_, reinterpret_cast<const std::uint8_t*>(profile.data()), profile.size()));
  return value(aws_profile_collection_get_profile(collection_.get(), key.get()), name);
}

std::string Profiles::sso_session_property(std::string_view session, std::string_view name) const {
  if (!collection_) return {};
  const CrtString key(aws_string_new_from_array(
      allocator_, reinterpret_cast<const std::uint8_t*>(session.data()), session.size()));
  return value(
      aws_profile_collection_get_section(collection_.get(), AWS_PROFILE_SECTION_TYPE_SSO_SESSION, key.get()),
      name);
}

std::string profile_name(const std::string& configured) {
  if (!configured.empty()) return configured;
  const std::string name = environment_variable("AWS_PROFILE");
  return name.empty() ? "default" : name;
}

}  // namespace pg2athena::aws
