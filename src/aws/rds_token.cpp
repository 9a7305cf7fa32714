#include "aws/rds_token.h"

#include <fmt/format.h>

#include "aws/uri_encoding.h"

namespace pg2athena::aws {

Result<std::string> rds_token(const Signer& signer, const Credentials& credentials, const RdsLogin& login,
                              std::chrono::system_clock::time_point time) {
  constexpr std::string_view kScheme = "https://";
  constexpr std::chrono::minutes kLifetime{15};  // the longest that RDS takes
  const std::string url = fmt::format("{}{}:{}/?{}", kScheme, login.host, login.port,
                                      query_text({{"Action", "connect"}, {"DBUser", login.user}}));
  PG2ATHENA_ASSIGN(
      const std::string signed_url,
      signer.presign(url, credentials, {.service = "rds-db", .region = login.region}, time, kLifetime));
  return signed_url.substr(kScheme.size());
}

std::string region_of_rds_host(std::string_view host) {
  const auto last_label = [](std::string_view name) { return std::string(name.substr(name.rfind('.') + 1)); };
  constexpr std::string_view kEnd = ".rds.amazonaws.com";
  if (host.ends_with(kEnd)) return last_label(host.substr(0, host.size() - kEnd.size()));
  constexpr std::string_view kEndInChina = ".amazonaws.com.cn";
  if (!host.ends_with(kEndInChina)) return {};
  host.remove_suffix(kEndInChina.size());
  std::string region = last_label(host);
  return host.ends_with(fmt::format(".rds.{}", region)) ? region : std::string();
}

}  // namespace pg2athena::aws
