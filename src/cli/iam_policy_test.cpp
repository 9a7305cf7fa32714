#include "cli/iam_policy.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace pg2athena::cli {
namespace {

using Json = nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

config::Configuration lake(const std::string& target = "s3://acme-lake/shop") {
  config::Configuration configuration;
  configuration.login.url = "postgresql://etl@db.internal/shop";
  configuration.target = target;
  configuration.s3.region = "eu-central-1";
  return configuration;
}

std::optional<std::string> no_environment(const char* /*name*/) {
  return std::nullopt;
}

IamPolicyText text(const config::Configuration& configuration, PolicyFor which = PolicyFor::All) {
  auto policy = iam_policy({.which = which}, configuration, no_environment);
  if (!policy) ADD_FAILURE() << policy.error();
  return policy.value_or(IamPolicyText());
}

// The statements of a policy, by their names.
std::map<std::string, Json> statements(const Json& policy) {
  EXPECT_EQ(policy["Version"], "2012-10-17");
  std::map<std::string, Json> by_id;
  for (const Json& one : policy["Statement"]) by_id[one["Sid"]] = one;
  return by_id;
}
std::map<std::string, Json> statements(const config::Configuration& configuration) {
  return statements(Json::parse(text(configuration).json));
}

TEST(IamPolicy, A_lake_needs_its_own_prefix_and_nothing_else) {
  const auto all = statements(lake());
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all.at("ListTheLake"), Json::parse(R"({"Sid": "ListTheLake", "Effect": "Allow",
    "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::acme-lake",
    "Condition": {"StringLike": {"s3:prefix": "shop/*"}}})"));
  EXPECT_EQ(all.at("ListUnfinishedUploads")["Action"], "s3:ListBucketMultipartUploads");
  EXPECT_EQ(all.at("ListUnfinishedUploads")["Resource"], "arn:aws:s3:::acme-lake");
  EXPECT_FALSE(all.at("ListUnfinishedUploads").contains("Condition"));
  EXPECT_EQ(all.at("ReadAndWriteTheLake"), Json::parse(R"({"Sid": "ReadAndWriteTheLake", "Effect": "Allow",
    "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
    "Resource": "arn:aws:s3:::acme-lake/shop/*"})"));
}

TEST(IamPolicy, A_whole_bucket_has_no_prefix) {
  const auto all = statements(lake("s3://acme-lake"));
  EXPECT_FALSE(all.at("ListTheLake").contains("Condition"));
  EXPECT_EQ(all.at("ReadAndWriteTheLake")["Resource"], "arn:aws:s3:::acme-lake/*");
}

TEST(IamPolicy, What_is_asked_of_objects_needs_its_rights) {
  config::Configuration configuration = lake();
  configuration.s3.objects.acl = "bucket-owner-full-control";
  configuration.s3.objects.tags = {{"team", "data"}};
  configuration.s3.bucket_owner = "123456789012";
  const auto all = statements(configuration);
  EXPECT_THAT(all.at("ReadAndWriteTheLake")["Action"], Contains("s3:PutObjectAcl"));
  EXPECT_THAT(all.at("ReadAndWriteTheLake")["Action"], Contains("s3:PutObjectTagging"));
  for (const auto& [id, one] : all) {
    EXPECT_EQ(one["Condition"]["StringEquals"]["s3:ResourceAccount"], "123456789012") << id;
  }
}

TEST(IamPolicy, A_key_is_named_by_its_ARN_or_by_what_its_alias_is_on) {
  config::Configuration configuration = lake();
  storage::S3ObjectOptions& objects = configuration.s3.objects;
  objects.encryption = storage::S3Encryption::Kms;
  objects.kms_key = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd";
  EXPECT_EQ(statements(configuration).at("EncryptTheLake"), Json::parse(R"({"Sid": "EncryptTheLake",
    "Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Decrypt"],
    "Resource": "arn:aws:kms:eu-central-1:123456789012:key/1234abcd",
    "Condition": {"StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}}})"));

  objects.kms_key = "alias/lake";
  Json key = statements(configuration).at("EncryptTheLake");
  EXPECT_EQ(key["Resource"], "arn:aws:kms:eu-central-1:*:key/*");
  EXPECT_EQ(key["Condition"]["ForAnyValue:StringEquals"]["kms:ResourceAliases"], "alias/lake");
  EXPECT_EQ(key["Condition"]["StringEquals"]["aws:ResourceAccount"], "${aws:PrincipalAccount}");
  EXPECT_THAT(text(configuration).notes, Contains(HasSubstr("alias")));

  objects.kms_key = "arn:aws:kms:eu-central-1:123456789012:alias/lake";
  key = statements(configuration).at("EncryptTheLake");
  EXPECT_EQ(key["Resource"], "arn:aws:kms:eu-central-1:123456789012:key/*");
  EXPECT_FALSE(key["Condition"]["StringEquals"].contains("aws:ResourceAccount"));

  objects.kms_key = "1234abcd";
  EXPECT_EQ(statements(configuration).at("EncryptTheLake")["Resource"],
            "arn:aws:kms:eu-central-1:*:key/1234abcd");

  objects.kms_key.clear();
  EXPECT_EQ(statements(configuration).size(), 3U);
  EXPECT_THAT(text(configuration).notes, ElementsAre(HasSubstr("aws/s3")));
}

TEST(IamPolicy, Each_partition_has_its_names) {
  config::Configuration configuration = lake();
  configuration.s3.objects.encryption = storage::S3Encryption::KmsTwoLayers;
  configuration.s3.objects.kms_key = "1234abcd";
  configuration.s3.region = "cn-north-1";
  const auto china = statements(configuration);
  EXPECT_EQ(china.at("ListTheLake")["Resource"], "arn:aws-cn:s3:::acme-lake");
  EXPECT_EQ(china.at("EncryptTheLake")["Resource"], "arn:aws-cn:kms:cn-north-1:*:key/1234abcd");
  configuration.s3.region = "us-gov-west-1";
  EXPECT_EQ(statements(configuration).at("ListTheLake")["Resource"], "arn:aws-us-gov:s3:::acme-lake");
  configuration.s3.region = "";
  EXPECT_EQ(statements(configuration).at("EncryptTheLake")["Condition"]["StringLike"]["kms:ViaService"],
            "s3.*.amazonaws.com");
}

TEST(IamPolicy, A_catalog_needs_its_database_and_the_tables_in_it) {
  config::Configuration configuration = lake();
  configuration.glue.database = "shop";
  EXPECT_EQ(statements(configuration).at("ShowTheTables"),
            Json::parse(R"({"Sid": "ShowTheTables", "Effect": "Allow",
    "Action": ["glue:GetTable", "glue:GetTables", "glue:CreateTable", "glue:UpdateTable",
               "glue:CreateDatabase"],
    "Resource": ["arn:aws:glue:eu-central-1:*:catalog", "arn:aws:glue:eu-central-1:*:database/shop",
                 "arn:aws:glue:eu-central-1:*:table/shop/*"],
    "Condition": {"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}})"));
  const auto actions = [&] { return statements(configuration).at("ShowTheTables")["Action"].size(); };
  postgres::TableSelection orders{.pattern = "orders", .columns = {}, .where = {}};
  orders.column_choices = {{.column = "at",
                            .encoding = {},
                            .partition_by = types::PartitionBy::Day,
                            .partition_catalog = "registered"}};
  configuration.run.selection.tables = {orders};
  EXPECT_EQ(actions(), 9U) << "partitions are registered";
  configuration.run.selection.tables[0].column_choices[0].partition_catalog = "";
  EXPECT_EQ(actions(), 6U) << "gc looks at partitions";
  configuration.run.catalog_partitions = catalog::CatalogPartitions::Registered;
  EXPECT_EQ(actions(), 9U);
  configuration.run.selection.tables[0].column_choices[0].partition_catalog = "projection";
  EXPECT_EQ(actions(), 6U);
  configuration.glue.region = "us-east-1";
  configuration.glue.catalog_id = "123456789012";
  EXPECT_EQ(statements(configuration).at("ShowTheTables")["Resource"][0],
            "arn:aws:glue:us-east-1:123456789012:catalog");
  EXPECT_FALSE(statements(configuration).at("ShowTheTables").contains("Condition"));
  configuration.target_role.arn = "arn:aws:iam::123456789012:role/lake-writer";
  const Json all = Json::parse(text(configuration).json);
  EXPECT_TRUE(statements(all["role"]).contains("ShowTheTables")) << "the lake's role tells the catalog, too";
  EXPECT_FALSE(statements(all["identity"]).contains("ShowTheTables"));
}

TEST(IamPolicy, Athena_is_asked_in_its_workgroup_and_writes_results_to_their_place) {
  config::Configuration configuration = lake();
  configuration.glue.database = "shop";
  EXPECT_FALSE(statements(configuration).contains("AskAthena")) << "a run doesn't";
  configuration.athena.output_location = "s3://acme-athena/results/";
  auto all = statements(configuration);
  EXPECT_EQ(all.at("AskAthena"), Json::parse(R"({"Sid": "AskAthena", "Effect": "Allow",
    "Action": ["athena:StartQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults",
               "athena:StopQueryExecution"],
    "Resource": "arn:aws:athena:eu-central-1:*:workgroup/primary",
    "Condition": {"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}})"));
  EXPECT_EQ(all.at("FindThePlaceOfResults")["Resource"], "arn:aws:s3:::acme-athena");
  EXPECT_EQ(all.at("WriteResults")["Resource"], "arn:aws:s3:::acme-athena/results/*");
  EXPECT_THAT(all.at("ShowTheTables")["Action"], Contains("glue:GetDatabase"));
  configuration.athena = {.workgroup = "reports", .output_location = {}, .endpoint = {}};
  all = statements(configuration);
  EXPECT_EQ(all.at("AskAthena")["Resource"], "arn:aws:athena:eu-central-1:*:workgroup/reports");
  EXPECT_FALSE(all.contains("WriteResults"));
  EXPECT_THAT(text(configuration).notes, Contains(HasSubstr("the workgroup's")));
}

TEST(IamPolicy, A_role_has_a_policy_of_its_own_and_trusts_who_assumes_it) {
  config::Configuration configuration = lake();
  configuration.target_role = {.arn = "arn:aws:iam::123456789012:role/lake-writer",
                               .external_id = "shop-4711"};
  const Json all = Json::parse(text(configuration).json);
  const Json assume = statements(all["identity"]).at("AssumeTheLakesRole");
  EXPECT_EQ(statements(all["identity"]).size(), 1U);
  EXPECT_EQ(assume["Action"], "sts:AssumeRole");
  EXPECT_EQ(assume["Resource"], configuration.target_role.arn);
  EXPECT_EQ(assume["Condition"]["StringEquals"]["sts:ExternalId"], "shop-4711");
  EXPECT_EQ(statements(all["role"]).size(), 3U);
  const Json trust = statements(all["role_trust"]).at("LetPg2athenaAssumeIt");
  EXPECT_EQ(trust["Condition"]["StringEquals"]["sts:ExternalId"], "shop-4711");
  EXPECT_TRUE(trust.contains("Principal"));
  EXPECT_EQ(Json::parse(text(configuration, PolicyFor::Identity).json), all["identity"]);
  EXPECT_EQ(Json::parse(text(configuration, PolicyFor::Role).json), all["role"]);
  EXPECT_EQ(Json::parse(text(configuration, PolicyFor::Trust).json), all["role_trust"]);
  EXPECT_EQ(iam_policy({.which = PolicyFor::Role}, lake(), no_environment).error().kind(),
            ErrorKind::InvalidArgument);
}

TEST(IamPolicy, A_secret_is_read_and_decrypted_and_no_other) {
  config::Configuration configuration = lake("./lake");
  configuration.aws.region = "eu-west-1";
  configuration.login.secret = "prod/shop/etl";
  auto all = statements(configuration);
  ASSERT_EQ(all.size(), 2U);
  const std::string resource = "arn:aws:secretsmanager:eu-west-1:*:secret:prod/shop/etl-??????";
  EXPECT_EQ(all.at("ReadTheSecret")["Resource"], resource);
  EXPECT_EQ(all.at("ReadTheSecret")["Action"], "secretsmanager:GetSecretValue");
  EXPECT_EQ(all.at("ReadTheSecret")["Condition"]["StringEquals"]["aws:ResourceAccount"],
            "${aws:PrincipalAccount}");
  const Json key = all.at("DecryptTheSecret");
  EXPECT_EQ(key["Action"], "kms:Decrypt");
  EXPECT_EQ(key["Condition"]["StringEquals"]["kms:ViaService"], "secretsmanager.eu-west-1.amazonaws.com");
  EXPECT_EQ(key["Condition"]["StringLike"]["kms:EncryptionContext:SecretARN"], resource);

  configuration.login.secret.clear();
  configuration.login.password_secret = {
      .secret = "arn:aws:secretsmanager:us-east-2:123456789012:secret:etl-AbCdEf", .member = {}};
  all = statements(configuration);
  EXPECT_EQ(all.at("ReadTheSecret")["Resource"], configuration.login.password_secret->secret);
  EXPECT_EQ(all.at("DecryptTheSecret")["Condition"]["StringEquals"]["kms:ViaService"],
            "secretsmanager.us-east-2.amazonaws.com");
}

TEST(IamPolicy, A_token_logs_in_as_one_user) {
  config::Configuration configuration = lake("./lake");
  configuration.login.method = login::Method::Iam;
  configuration.login.url = "postgresql://etl@shop.abc123.eu-west-3.rds.amazonaws.com/shop";
  const auto all = statements(configuration);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.at("LogInToTheDatabase")["Action"], "rds-db:connect");
  EXPECT_EQ(all.at("LogInToTheDatabase")["Resource"], "arn:aws:rds-db:eu-west-3:*:dbuser:*/etl");
  EXPECT_THAT(text(configuration).notes, ElementsAre(HasSubstr("resource id")));
}

TEST(IamPolicy, A_token_is_of_nobody_where_the_URL_is_not_known) {
  config::Configuration configuration = lake();
  configuration.login.method = login::Method::Iam;
  configuration.login.url = "postgresql://${NONE}@db/shop";
  const auto policy = iam_policy({}, configuration, no_environment);
  ASSERT_FALSE(policy);
  EXPECT_EQ(policy.error().kind(), ErrorKind::InvalidArgument);
  EXPECT_THAT(policy.error().message(), HasSubstr("a variable of the environment that isn't set"));
  configuration.login.method = login::Method::Password;
  EXPECT_TRUE(iam_policy({}, configuration, no_environment));
}

TEST(IamPolicy, A_folder_and_a_password_need_nothing) {
  EXPECT_THAT(iam_policy({}, lake("./lake"), no_environment).error().message(), HasSubstr("nothing of AWS"));
}

TEST(IamPolicy, A_prefix_stands_for_itself) {
  EXPECT_EQ(statements(lake("s3://acme-lake/a$b")).at("ListTheLake")["Condition"]["StringLike"]["s3:prefix"],
            "a${$}b/*");
}

}  // namespace
}  // namespace pg2athena::cli
