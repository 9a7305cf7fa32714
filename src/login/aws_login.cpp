#include "login/aws_login.h"

#include <fmt/format.h>

#include "aws/rds_token.h"
#include "aws/secrets_manager.h"
#include "aws/session.h"
#include "login/secret_login.h"
#include "login/token_login.h"

namespace pg2athena::login {
namespace {

// The region that a name says, or else the one to be in by default.
Result<std::string> region_for(std::string said, const aws::Session& session, const Settings& settings,
                               std::string_view name) {
  if (!said.empty()) return said;
  if (!session.region().empty()) return session.region();
  return fail(Error(ErrorKind::InvalidArgument,
                    fmt::format("{} needs the AWS region of {}, whose name doesn't say it",
                                setting_for_aws(settings), name))
                  .hint("set aws.region in the configuration, or AWS_REGION"));
}

}  // namespace

Result<std::unique_ptr<postgres::LoginProvider>> open_secret_login(const Settings& settings,
                                                                   const Parts& parts,
                                                                   const postgres::Environment& environment) {
  aws::Session& session = *parts.aws;
  const aws::SecretId secret{.id = settings.secret_id(), .version_stage = settings.version_stage};
  PG2ATHENA_ASSIGN(const std::string region,
                   region_for(aws::region_of_arn(secret.id), session, settings, secret.id));
  // What it says doesn't wait for the secret.
  PG2ATHENA_TRY(postgres::parse_source(settings.url));
  PG2ATHENA_ASSIGN(
      const aws::SecretsManager manager,
      aws::SecretsManager::create(session.parts(), session.credentials(), region, "", &parts.stop));
  auto read = [manager, secret, region]() -> Result<aws::SecretValue> {
    auto value = manager.get_secret_value(secret);
    if (!value) return fail(std::move(value).error().with("region", region));
    return value;
  };
  return std::make_unique<SecretLogin>(settings, std::move(read), parts.log, environment);
}

Result<std::unique_ptr<postgres::LoginProvider>> open_token_login(const Settings& settings,
                                                                  const Parts& parts,
                                                                  const postgres::Environment& environment) {
  aws::Session& session = *parts.aws;
  PG2ATHENA_ASSIGN(postgres::ConnectionParameters said, postgres::parse_source(settings.url));
  postgres::ConnectionParameters parameters =
      postgres::with_defaults(std::move(said), "pg2athena", environment);
  PG2ATHENA_ASSIGN(const TokenTarget target, token_target(parameters, environment));
  PG2ATHENA_ASSIGN(const std::string region,
                   region_for(aws::region_of_rds_host(target.host), session, settings, target.host));
  auto make = [&session, target, region]() -> Result<Token> {
    PG2ATHENA_ASSIGN(const aws::Credentials credentials, session.credentials().get());
    const aws::ServiceParts& service = session.parts();
    const auto now = service.times.clock().now() + service.clock_offset.get();
    PG2ATHENA_ASSIGN(
        std::string token,
        aws::rds_token(service.signer, credentials,
                       {.host = target.host, .port = target.port, .user = target.user, .region = region},
                       now));
    return Token{.text = std::move(token),
                 .origin = {{"token_region", region}, {"aws_credentials", credentials.source}}};
  };
  std::string hint = fmt::format(
      "the server has to have IAM authentication switched on, the role needs GRANT rds_iam TO \"{0}\", and "
      "the AWS credentials the IAM action rds-db:connect on "
      "arn:aws:rds-db:{1}:ACCOUNT:dbuser:RESOURCE-ID/{0}; host, region and this machine's clock have to be "
      "right",
      target.user, region);
  return std::make_unique<TokenLogin>(std::move(parameters), std::move(make), std::move(hint));
}

}  // namespace pg2athena::login
