#include "aws/credentials_chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/environment_for_tests.h"
#include "aws/fakes_for_tests.h"
#include "aws/sso.h"
#include "aws/sts.h"

namespace pg2athena::aws {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

// Containers, the instance's metadata and TLS are asked of stand-in servers: tests/aws/test_credentials.py.

constexpr const char* kRoleArn = "arn:aws:iam::123456789012:role/lake";

std::string sts_answer(const std::string& key) {
  return "<R><Credentials><AccessKeyId>" + key +
         "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
         "<Expiration>2026-01-31T01:00:00Z</Expiration></Credentials></R>";
}

class CredentialsChainTest : public testing::Test {
 protected:
  Result<Credentials> get(CredentialsOptions options = {}) {
    return credentials_chain({transport, signer, times, clock_offset}, library, std::move(options))->get();
  }
  // "key from source", or the error.
  std::string found(CredentialsOptions options = {}) {
    const auto credentials = get(std::move(options));
    if (!credentials) return credentials.error().describe();
    return credentials->access_key_id + " from " + credentials->source;
  }
  CleanEnvironment environment;
  CrtLibrary library;
  Signer signer{library};
  FakeTransport transport;
  FakeTimes times;
  ClockOffset clock_offset;
};

TEST_F(CredentialsChainTest, Nothing_set_up_is_an_error_that_lists_all_sources) {
  const auto credentials = get();
  ASSERT_FALSE(credentials);
  EXPECT_EQ(credentials.error().kind(), ErrorKind::Authentication);
  EXPECT_THAT(credentials.error().message(),
              testing::MatchesRegex(
                  "no AWS credentials: environment: AWS_ACCESS_KEY_ID isn't set; profile: no profile "
                  "\"default\" in .*/.aws/config and .*/.aws/credentials; web identity: "
                  "AWS_WEB_IDENTITY_TOKEN_FILE isn't set; container: neither "
                  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is "
                  "set; instance metadata: AWS_EC2_METADATA_DISABLED is true"));
  EXPECT_THAT(credentials.error().hint(), HasSubstr("AWS_PROFILE"));
}

TEST_F(CredentialsChainTest, The_environment_goes_before_the_profile) {
  environment.write(".aws/credentials", "[default]\naws_access_key_id=FILE\naws_secret_access_key=s\n");
  EXPECT_EQ(found(), "FILE from profile default");
  environment.set("AWS_ACCESS_KEY_ID", "ENV");
  environment.set("AWS_SECRET_ACCESS_KEY", "s");
  environment.set("AWS_SESSION_TOKEN", "token");
  EXPECT_EQ(found(), "ENV from environment");
  EXPECT_EQ(get()->session_token, "token");
  EXPECT_EQ(found({.profile = "default"}), "FILE from profile default") << "unless a profile is asked for";
}

TEST_F(CredentialsChainTest, Half_an_environment_is_an_error_and_not_a_reason_to_look_on) {
  environment.write(".aws/credentials", "[default]\naws_access_key_id=FILE\naws_secret_access_key=s\n");
  environment.set("AWS_ACCESS_KEY_ID", "ENV");
  EXPECT_THAT(found(), HasSubstr("environment: AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY isn't"));
}

TEST_F(CredentialsChainTest, A_profile_that_was_named_has_to_be_there) {
  environment.set("AWS_PROFILE", "etl");
  EXPECT_THAT(found(), HasSubstr("profile: there is no AWS profile etl in "));
  EXPECT_THAT(found({.profile = "other"}), HasSubstr("there is no AWS profile other in "));
}

TEST_F(CredentialsChainTest, Files_may_lie_elsewhere_and_the_credentials_file_wins) {
  environment.set(
      "AWS_CONFIG_FILE",
      environment.write("c",
                        "[profile etl]\naws_access_key_id=C\naws_secret_access_key=s\nregion=eu-west-3\n"));
  environment.set("AWS_PROFILE", "etl");
  EXPECT_EQ(found(), "C from profile etl");
  EXPECT_EQ(configured_region(library, ""), "eu-west-3");
  environment.set("AWS_SHARED_CREDENTIALS_FILE",
                  environment.write("s", "[etl]\naws_access_key_id=S\naws_secret_access_key=s\n"));
  EXPECT_EQ(found(), "S from profile etl");
  environment.set("AWS_REGION", "eu-north-1");
  EXPECT_EQ(configured_region(library, ""), "eu-north-1");
}

TEST_F(CredentialsChainTest, A_command_of_a_profile_is_run) {
  environment.write(
      ".aws/config",
      "[default]\ncredential_process = echo '{\"Version\":1,\"AccessKeyId\":\"CMD\",\"SecretAccessKey\":"
      "\"s\",\"SessionToken\":\"t\",\"Expiration\":\"2026-01-31T01:00:00Z\"}'\n");
  EXPECT_EQ(found(), "CMD from profile default");
  EXPECT_EQ(get()->expiration, parse_expiration("2026-01-31T01:00:00Z"));
  environment.write(".aws/config", "[default]\ncredential_process = false\n");
  EXPECT_THAT(found(), HasSubstr("the credential_process of the AWS profile default gave none"));
}

TEST_F(CredentialsChainTest, A_role_of_a_profile_is_assumed_with_its_source) {
  environment.write(
      ".aws/config",
      "[profile base]\naws_access_key_id=BASE\naws_secret_access_key=s\n"
      "[profile lake]\nrole_arn=arn:aws:iam::123456789012:role/lake\nsource_profile=base\nexternal_id=x 1\n"
      "role_session_name=night\nduration_seconds=900\nregion=eu-west-1\n");
  transport.will_answer(200, sts_answer("ROLE"));
  EXPECT_EQ(found({.profile = "lake"}),
            "ROLE from profile lake, role arn:aws:iam::123456789012:role/lake from profile base");
  ASSERT_EQ(transport.asked.size(), 1U);
  EXPECT_EQ(transport.asked[0].url, "https://sts.eu-west-1.amazonaws.com/");
  EXPECT_EQ(transport.asked[0].body,
            "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Flake&"
            "RoleSessionName=night&DurationSeconds=900&ExternalId=x%201");
  EXPECT_THAT(std::string(find_header(transport.asked[0].headers, "Authorization")),
              HasSubstr("Credential=BASE/20260131/eu-west-1/sts/aws4_request"));
}

TEST_F(CredentialsChainTest, Roles_of_profiles_may_follow_each_other_and_end_in_themselves) {
  environment.write(
      ".aws/config",
      "[profile one]\nrole_arn=arn:1\nsource_profile=two\nregion=eu-west-1\n"
      "[profile two]\nrole_arn=arn:2\nsource_profile=two\naws_access_key_id=TWO\naws_secret_access_key=s\n"
      "region=eu-west-1\n"
      "[profile a]\nrole_arn=arn:a\nsource_profile=b\n[profile b]\nrole_arn=arn:b\nsource_profile=a\n"
      "[profile self]\nrole_arn=arn:s\nsource_profile=self\n");
  transport.will_answer(200, sts_answer("SECOND"));
  transport.will_answer(200, sts_answer("FIRST"));
  EXPECT_EQ(found({.profile = "one"}), "FIRST from profile one, role arn:1 from profile two, role arn:2");
  EXPECT_THAT(found({.profile = "a"}), HasSubstr("the AWS profiles lead in a circle: a → b → a"));
  EXPECT_THAT(found({.profile = "self"}), HasSubstr("the AWS profiles lead in a circle: self → self"));
}

TEST_F(CredentialsChainTest, A_profile_that_cannot_work_says_why) {
  environment.write(".aws/config",
                    "[profile mfa]\nrole_arn=arn:1\nsource_profile=mfa\nmfa_serial=arn:2\n"
                    "[profile alone]\nrole_arn=arn:1\n"
                    "[profile both]\nrole_arn=arn:1\nsource_profile=mfa\ncredential_source=Environment\n"
                    "[profile odd]\nrole_arn=arn:1\ncredential_source=Moon\n"
                    "[profile half]\naws_access_key_id=A\n"
                    "[profile long]\nrole_arn=arn:1\nsource_profile=mfa\nduration_seconds=1h\n"
                    "[profile empty]\nregion=eu-west-1\n");
  EXPECT_THAT(found({.profile = "mfa"}), HasSubstr("asks for a one-time password (mfa_serial)"));
  EXPECT_THAT(found({.profile = "alone"}), HasSubstr("has a role_arn and nothing to assume it with"));
  EXPECT_THAT(found({.profile = "both"}), HasSubstr("has both source_profile and credential_source"));
  EXPECT_THAT(found({.profile = "odd"}), HasSubstr("has the unknown credential_source Moon"));
  EXPECT_THAT(found({.profile = "half"}), HasSubstr("has no aws_secret_access_key"));
  EXPECT_THAT(found({.profile = "long"}), HasSubstr("has a duration_seconds that is no number"));
  EXPECT_THAT(found({.profile = "empty"}), HasSubstr("the AWS profile empty has no credentials"));
}

TEST_F(CredentialsChainTest, A_web_identity_is_exchanged_for_a_role) {
  environment.set("AWS_WEB_IDENTITY_TOKEN_FILE", environment.write("token", "ey.J\n"));
  environment.set("AWS_REGION", "eu-west-1");
  EXPECT_THAT(found(), HasSubstr("AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN isn't"));
  environment.set("AWS_ROLE_ARN", kRoleArn);
  transport.will_answer(200, sts_answer("WEB"));
  EXPECT_EQ(found(), "WEB from web identity, role arn:aws:iam::123456789012:role/lake");
  EXPECT_THAT(transport.asked.at(0).body, EndsWith("&WebIdentityToken=ey.J"));
  EXPECT_THAT(find_header(transport.asked[0].headers, "Authorization"), IsEmpty());
  environment.set("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token");
  EXPECT_THAT(found(), HasSubstr("web identity: can't read /nowhere/token: No such file or directory"));
}

TEST_F(CredentialsChainTest, A_role_can_be_assumed_on_top_of_any_source) {
  environment.set("AWS_ACCESS_KEY_ID", "ENV");
  environment.set("AWS_SECRET_ACCESS_KEY", "s");
  environment.set("AWS_ENDPOINT_URL", "http://minio:9000");
  const CredentialsOptions options{.role = Role{.arn = kRoleArn, .session_name = "n", .external_id = "e"},
                                   .region = "eu-west-2"};
  transport.will_answer(200, sts_answer("TOP"));
  EXPECT_EQ(found(options), "TOP from environment, role arn:aws:iam::123456789012:role/lake");
  EXPECT_EQ(transport.asked.at(0).url, "https://sts.eu-west-2.amazonaws.com/");
  transport.will_answer(
      403,
      "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized</Message></Error>"
      "</ErrorResponse>");
  const auto refused = get(options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::PermissionDenied);
  EXPECT_EQ(refused.error().message(),
            "the role arn:aws:iam::123456789012:role/lake can't be assumed with the credentials of "
            "environment: sts "
            "refuses AssumeRole: AccessDenied: not authorized");
}

TEST_F(CredentialsChainTest, A_login_by_SSO_is_used_until_it_expires) {
  environment.write(".aws/config",
                    "[profile dev]\nsso_session=corp\nsso_account_id=123456789012\nsso_role_name=Etl\n"
                    "[sso-session corp]\nsso_region=eu-west-1\nsso_start_url=https://corp/start\n");
  EXPECT_THAT(found({.profile = "dev"}), HasSubstr("the AWS profile dev has no login"));
  // The name is SHA-1 of "corp".
  environment.write(".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json",
                    R"({"accessToken":"token","expiresAt":"2026-01-31T01:00:00Z"})");
  environment.set("AWS_ENDPOINT_URL", "http://minio:9000");
  transport.will_answer(
      200,
      R"({"roleCredentials":{"accessKeyId":"SSO","secretAccessKey":"s","sessionToken":"t","expiration":1}})");
  EXPECT_EQ(found({.profile = "dev"}), "SSO from profile dev");
  EXPECT_EQ(transport.asked.at(0).url,
            "https://portal.sso.eu-west-1.amazonaws.com/federation/"
            "credentials?account_id=123456789012&role_name=Etl");
  EXPECT_EQ(find_header(transport.asked[0].headers, "x-amz-sso_bearer_token"), "token");
  transport.will_answer(401, R"({"message":"Session token not found or invalid"})",
                        {{"x-amzn-ErrorType", "UnauthorizedException"}});
  EXPECT_THAT(found({.profile = "dev"}),
              HasSubstr("the AWS profile dev has a login that isn't valid any more"));
  times.fake_clock.advance(std::chrono::hours(2));
  const auto late = get({.profile = "dev"});
  ASSERT_FALSE(late);
  EXPECT_THAT(late.error().message(), HasSubstr("the AWS profile dev has a login that has expired"));
  EXPECT_EQ(late.error().hint(), "aws sso login --profile dev");
}

TEST_F(CredentialsChainTest, Credentials_of_SSO_have_to_be_complete) {
  const auto found = read_sso_credentials(
      R"({"roleCredentials":{"accessKeyId":"A","secretAccessKey":"s","sessionToken":"t","expiration":1769817600000}})");
  ASSERT_TRUE(found) << found.error();
  EXPECT_EQ(found->expiration, parse_expiration("2026-01-31T00:00:00Z"));
  for (const char* const body :
       {"", "[]", "{}", R"({"roleCredentials":1})", R"({"roleCredentials":{}})",
        R"({"roleCredentials":{"accessKeyId":"A","secretAccessKey":"s","expiration":"x"}})"}) {
    EXPECT_EQ(read_sso_credentials(body).error().kind(), ErrorKind::CorruptInput) << body;
  }
}

TEST_F(CredentialsChainTest, Credentials_of_STS_have_to_be_complete) {
  EXPECT_TRUE(read_sts_credentials(sts_answer("A")));
  EXPECT_EQ(read_sts_credentials("<a/>").error().kind(), ErrorKind::CorruptInput);
  EXPECT_EQ(read_sts_credentials(sts_answer("")).error().kind(), ErrorKind::CorruptInput);
}

TEST_F(CredentialsChainTest, A_cached_chain_is_asked_once) {
  environment.set("AWS_ACCESS_KEY_ID", "ENV");
  environment.set("AWS_SECRET_ACCESS_KEY", "s");
  const auto cached = cached_credentials_chain({transport, signer, times, clock_offset}, library,
                                               {.role = Role{.arn = kRoleArn}, .region = "eu-west-2"});
  transport.will_answer(200, sts_answer("ONCE"));
  EXPECT_EQ(cached->get()->access_key_id, "ONCE");
  EXPECT_EQ(cached->get()->access_key_id, "ONCE");
  times.fake_clock.advance(std::chrono::minutes(56));
  transport.will_answer(200, sts_answer("AGAIN"));
  EXPECT_EQ(cached->get()->access_key_id, "AGAIN");
}

}  // namespace
}  // namespace pg2athena::aws
