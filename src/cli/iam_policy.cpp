#include "cli/iam_policy.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "config/references.h"

// Facts are from AWS's documentation: "Actions, resources, and condition keys" of Amazon S3, AWS KMS, AWS
// Secrets Manager and AWS STS (service authorization reference), and where it says so, the services' own
// guides.

namespace pg2athena::cli {
namespace {

using Json = nlohmann::ordered_json;
using storage::S3Encryption;

// The account of whoever asks: for what is named without its account.
constexpr const char* kOwnAccount = "${aws:PrincipalAccount}";

std::string_view partition_of(std::string_view region) {
  if (region.starts_with("cn-")) return "aws-cn";
  return region.starts_with("us-gov-") ? "aws-us-gov" : "aws";
}

// arn:partition:service:region:account:resource
struct Arn {
  std::string_view partition;
  std::string_view region;
  std::string_view account;
  std::string_view resource;
};
std::optional<Arn> parse_arn(std::string_view text) {
  Arn arn;
  std::string_view service;
  if (!text.starts_with("arn:")) return std::nullopt;
  text.remove_prefix(4);
  for (std::string_view* const part : {&arn.partition, &service, &arn.region, &arn.account}) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    *part = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  arn.resource = text;
  return arn;
}

// A text that stands for itself in a policy, where * ? and $ don't ("Policy elements: variables").
std::string literal(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '*' || c == '?' || c == '$') {
      out += fmt::format("${{{}}}", c);
    } else {
      out += c;
    }
  }
  return out;
}

// The host names of a service in the condition kms:ViaService.
void add_via_service(Json& condition, std::string_view service, const std::string& region) {
  if (region == "*") {
    condition["StringLike"]["kms:ViaService"] = fmt::format("{}.*.amazonaws.com", service);
  } else if (partition_of(region) == "aws-cn") {
    // The guide has the first form for all regions; services there go by the second.
    condition["StringEquals"]["kms:ViaService"] = {fmt::format("{}.{}.amazonaws.com", service, region),
                                                   fmt::format("{}.{}.amazonaws.com.cn", service, region)};
  } else {
    condition["StringEquals"]["kms:ViaService"] = fmt::format("{}.{}.amazonaws.com", service, region);
  }
}

Json statement(std::string_view id, Json actions, Json resource, Json condition = Json::object()) {
  Json json = {
      {"Sid", id}, {"Effect", "Allow"}, {"Action", std::move(actions)}, {"Resource", std::move(resource)}};
  if (!condition.empty()) json["Condition"] = std::move(condition);
  return json;
}

// The condition on what is named without its account.
Json in_own_account() {
  return {{"StringEquals", {{"aws:ResourceAccount", kOwnAccount}}}};
}

// A bucket, and what is in it below a prefix, as ARNs.
struct BucketArns {
  std::string bucket;
  std::string prefix;  // as a text that stands for itself, with a slash at the end; empty: all
  std::string objects;
};
BucketArns bucket_arns(std::string_view partition, const storage::S3Location& location) {
  BucketArns arns{.bucket = fmt::format("arn:{}:s3:::{}", partition, location.bucket),
                  .prefix = location.prefix.empty() ? "" : literal(location.prefix) + "/",
                  .objects = {}};
  arns.objects = fmt::format("{}/{}*", arns.bucket, arns.prefix);
  return arns;
}

Json policy(Json statements) {
  return {{"Version", "2012-10-17"}, {"Statement", std::move(statements)}};
}

class Policies {
 public:
  Policies(const config::Configuration& configuration, const postgres::Environment& environment)
      : configuration_(configuration), environment_(environment) {}

  Result<IamPolicyText> text(PolicyFor which) {
    PG2ATHENA_TRY(add_source());
    Json lake = Json::array();
    if (storage::S3Location::names_one(configuration_.target)) {
      PG2ATHENA_ASSIGN(lake, lake_statements());
      if (!configuration_.glue.database.empty()) lake.push_back(glue_statement());
      if (asks_athena()) PG2ATHENA_TRY(add_athena(lake));
    }
    const bool has_role = !lake.empty() && !configuration_.target_role.arn.empty();
    if (has_role) {
      identity_.push_back(assume_role());
    } else {
      for (Json& one : lake) identity_.push_back(std::move(one));
    }
    if (identity_.empty()) {
      return fail(Error(ErrorKind::InvalidArgument, "this configuration needs nothing of AWS")
                      .hint("a target in S3, a secret or a token to log in with would"));
    }
    if (!has_role && (which == PolicyFor::Role || which == PolicyFor::Trust)) {
      return fail(Error(ErrorKind::InvalidArgument, "there is no role to be assumed: target.role_arn")
                      .hint("--for identity is the only policy"));
    }
    return IamPolicyText{.json = chosen(which, has_role, std::move(lake)).dump(2) + "\n", .notes = notes_};
  }

 private:
  Json chosen(PolicyFor which, bool has_role, Json lake) {
    Json identity = policy(std::move(identity_));
    if (which == PolicyFor::Identity || !has_role) return identity;
    if (which == PolicyFor::Role) return policy(std::move(lake));
    if (which == PolicyFor::Trust) return trust();
    return {{"identity", std::move(identity)}, {"role", policy(std::move(lake))}, {"role_trust", trust()}};
  }

  // Where the operator, or the environment, says that a service is; "*": nobody says.
  std::string region(const std::string& said) const {
    if (!said.empty()) return said;
    if (!configuration_.aws.region.empty()) return configuration_.aws.region;
    for (const char* const name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
      if (const auto value = environment_(name); value && !value->empty()) return *value;
    }
    return "*";
  }

  std::string_view partition() const { return partition_of(region(configuration_.s3.region)); }

  Result<Json> lake_statements() {
    PG2ATHENA_ASSIGN(const storage::S3Options s3, config::s3_options(configuration_));
    const auto [bucket, prefix, objects] = bucket_arns(partition(), s3.location);
    Json of_owner = Json::object();
    if (!s3.bucket_owner.empty()) of_owner["StringEquals"]["s3:ResourceAccount"] = s3.bucket_owner;
    // Of GetObject for an object that isn't there S3 also asks this: with it the answer is "not there" (404),
    // without it "denied" (403). s3:prefix is the object's key then.
    Json listing = of_owner;
    if (!prefix.empty()) listing["StringLike"]["s3:prefix"] = prefix + "*";
    Json actions = {"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"};
    if (!s3.objects.acl.empty()) actions.push_back("s3:PutObjectAcl");
    if (!s3.objects.tags.empty()) actions.push_back("s3:PutObjectTagging");
    Json statements = {statement("ListTheLake", "s3:ListBucket", bucket, std::move(listing)),
                       // Knows no s3:prefix. It shows keys of unfinished uploads, in all of the bucket.
                       statement("ListUnfinishedUploads", "s3:ListBucketMultipartUploads", bucket, of_owner),
                       statement("ReadAndWriteTheLake", std::move(actions), objects, of_owner)};
    add_key(s3, statements);
    return statements;
  }

  // Multipart uploads need both: "Required permissions" of UploadPart and CreateMultipartUpload.
  void add_key(const storage::S3Options& s3, Json& statements) {
    const storage::S3ObjectOptions& objects = s3.objects;
    if (objects.encryption == S3Encryption::BucketDefault) {
      notes_.emplace_back(
          "if the bucket's default encryption has a key of KMS that isn't aws/s3, name it in "
          "target.encryption.kms_key, and its rights are here too");
      return;
    }
    const bool kms =
        objects.encryption == S3Encryption::Kms || objects.encryption == S3Encryption::KmsTwoLayers;
    if (!kms) return;
    if (objects.kms_key.empty()) {
      notes_.emplace_back(
          "the key aws/s3 needs no rights in IAM, and can't be used in another account's bucket");
      return;
    }
    const std::string where = region(configuration_.s3.region);
    Json condition = Json::object();
    add_via_service(condition, "s3", where);
    std::string key = objects.kms_key;
    std::string_view alias = key;
    const auto arn = parse_arn(key);
    if (arn) alias = arn->resource;
    std::string resource = key;
    if (alias.starts_with("alias/")) {
      // A policy doesn't take an alias for a key ("Specifying KMS keys in IAM policy statements").
      condition["ForAnyValue:StringEquals"]["kms:ResourceAliases"] = alias;
      resource = arn ? fmt::format("arn:{}:kms:{}:{}:key/*", arn->partition, arn->region, arn->account)
                     : fmt::format("arn:{}:kms:{}:*:key/*", partition(), where);
      notes_.emplace_back(
          "the key's right hangs on its alias: who may move the alias decides which key that is; the key's "
          "ARN in target.encryption.kms_key is stricter");
    } else if (!arn) {
      resource = fmt::format("arn:{}:kms:{}:*:key/{}", partition(), where, key);
    }
    if (!arn) condition["StringEquals"]["aws:ResourceAccount"] = kOwnAccount;
    statements.push_back(statement("EncryptTheLake", {"kms:GenerateDataKey", "kms:Decrypt"},
                                   std::move(resource), std::move(condition)));
    notes_.emplace_back(
        "the key's own policy has to let the account's IAM policies decide, or name this role");
  }

  std::string catalog_region() const {
    const std::string& of_glue = configuration_.glue.region;
    return region(of_glue.empty() ? configuration_.s3.region : of_glue);
  }

  bool asks_athena() const { return configuration_.athena != catalog::AthenaOptions(); }

  // For `verify --athena`: "Actions, resources, and condition keys for Amazon Athena", and for its results
  // "Identity-based policies for Amazon Athena" of its guide.
  Result<void> add_athena(Json& statements) {
    const catalog::AthenaOptions& athena = configuration_.athena;
    const std::string where = catalog_region();
    statements.push_back(
        statement("AskAthena",
                  {"athena:StartQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults",
                   "athena:StopQueryExecution"},
                  fmt::format("arn:{}:athena:{}:*:workgroup/{}", partition_of(where), where,
                              athena.workgroup.empty() ? "primary" : literal(athena.workgroup)),
                  in_own_account()));
    if (athena.output_location.empty()) {
      notes_.emplace_back(
          "the place of results is the workgroup's: verify --athena needs s3:GetBucketLocation and "
          "s3:ListBucket of its bucket, s3:GetObject, s3:PutObject and s3:AbortMultipartUpload below it; "
          "named in catalog.athena.output_location, they are here too");
      return {};
    }
    PG2ATHENA_ASSIGN(const storage::S3Location results, storage::S3Location::parse(athena.output_location));
    const BucketArns arns = bucket_arns(partition_of(where), results);
    statements.push_back(
        statement("FindThePlaceOfResults", {"s3:GetBucketLocation", "s3:ListBucket"}, arns.bucket));
    statements.push_back(
        statement("WriteResults", {"s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"}, arns.objects));
    return {};
  }

  // "Actions, resources, and condition keys for AWS Glue": what is done to a table is asked of the catalog
  // and the database, too.
  Json glue_statement() {
    const catalog::GlueOptions& glue = configuration_.glue;
    const std::string where = catalog_region();
    // A variable can't stand for the account in an ARN ("Policy variables": after the fifth colon only).
    const std::string account = glue.catalog_id.empty() ? "*" : glue.catalog_id;
    const auto arn = [&](const std::string& resource) {
      return fmt::format("arn:{}:glue:{}:{}:{}", partition_of(where), where, account, resource);
    };
    notes_.emplace_back(
        "where Lake Formation guards the catalog, it has to grant DESCRIBE, ALTER and CREATE_TABLE on the "
        "database as well; glue:CreateDatabase isn't needed where the database is there");
    Json actions = {"glue:GetTable", "glue:GetTables", "glue:CreateTable", "glue:UpdateTable",
                    "glue:CreateDatabase"};
    if (asks_athena()) actions.emplace_back("glue:GetDatabase");
    // gc looks at all that are registered, by whomever: who knows no projection reads them.
    if (config::has_partitions(configuration_)) actions.emplace_back("glue:GetPartitions");
    if (config::registers_partitions(configuration_)) {
      for (const char* const action :
           {"glue:BatchCreatePartition", "glue:BatchUpdatePartition", "glue:BatchDeletePartition"}) {
        actions.push_back(action);
      }
      notes_.emplace_back(
          "the rights on partitions are needed for one more run when no table registers any more: it removes "
          "those that there are");
    }
    return statement("ShowTheTables", std::move(actions),
                     {arn("catalog"), arn("database/" + glue.database), arn("table/" + glue.database + "/*")},
                     glue.catalog_id.empty() ? in_own_account() : Json::object());
  }

  Json assume_role() const {
    const aws::Role& role = configuration_.target_role;
    Json condition = Json::object();
    if (!role.external_id.empty()) condition["StringEquals"]["sts:ExternalId"] = role.external_id;
    return statement("AssumeTheLakesRole", "sts:AssumeRole", role.arn, std::move(condition));
  }

  Json trust() {
    const aws::Role& role = configuration_.target_role;
    notes_.emplace_back(
        "in the role's trust policy, write the ARN of the user or role that pg2athena runs as in the place "
        "of Principal");
    Json one = {{"Sid", "LetPg2athenaAssumeIt"},
                {"Effect", "Allow"},
                {"Principal", {{"AWS", fmt::format("arn:{}:iam::ACCOUNT:role/NAME", partition())}}},
                {"Action", "sts:AssumeRole"}};
    if (!role.external_id.empty()) one["Condition"]["StringEquals"]["sts:ExternalId"] = role.external_id;
    return policy(Json::array({std::move(one)}));
  }

  Result<void> add_source() {
    const login::Settings& login = configuration_.login;
    if (login.method == login::Method::Iam) return add_token(login);
    if (const std::string secret = login.secret_id(); !secret.empty()) add_secret(secret);
    return {};
  }

  void add_secret(const std::string& secret) {
    const auto arn = parse_arn(secret);
    const std::string where = arn ? std::string(arn->region) : region("");
    // Six random letters end a secret's ARN ("GetSecretValue" and "How to determine permissions").
    const std::string resource = arn ? literal(secret)
                                     : fmt::format("arn:{}:secretsmanager:{}:*:secret:{}-??????",
                                                   partition_of(where), where, literal(secret));
    identity_.push_back(statement("ReadTheSecret", "secretsmanager:GetSecretValue", resource,
                                  arn ? Json::object() : in_own_account()));
    // Whichever key it is encrypted with: only for this secret ("Secret encryption and decryption").
    Json condition = Json::object();
    add_via_service(condition, "secretsmanager", where);
    condition["StringLike"]["kms:EncryptionContext:SecretARN"] = resource;
    identity_.push_back(
        statement("DecryptTheSecret", "kms:Decrypt",
                  fmt::format("arn:{}:kms:{}:*:key/*", arn ? arn->partition : partition_of(where), where),
                  std::move(condition)));
    notes_.emplace_back(
        "DecryptTheSecret isn't needed where the secret is encrypted with aws/secretsmanager; where it has a "
        "key of its own, that key's ARN as Resource is stricter");
  }

  Result<void> add_token(const login::Settings& login) {
    if (config::has_reference(login.url)) {
      return fail(
          Error(ErrorKind::InvalidArgument,
                "source.url has a reference to a variable of the environment that isn't set, and with "
                "auth: iam the policy names the role and the host's region")
              .hint("set it where pg2athena is started: export NAME=…"));
    }
    PG2ATHENA_ASSIGN(postgres::ConnectionParameters said, postgres::parse_source(login.url));
    postgres::ConnectionParameters parameters =
        postgres::with_defaults(std::move(said), "pg2athena", environment_);
    const std::string where = region(region_of_host(parameters["host"]));
    identity_.push_back(statement("LogInToTheDatabase", "rds-db:connect",
                                  fmt::format("arn:{}:rds-db:{}:*:dbuser:*/{}", partition_of(where), where,
                                              literal(parameters["user"]))));
    notes_.emplace_back(
        "in LogInToTheDatabase, write the account's number and the database's resource id (db-… or "
        "cluster-…) in the places of the two *: aws rds describe-db-instances shows it");
    return {};
  }

  // "shop.abc123.eu-central-1.rds.amazonaws.com"
  static std::string region_of_host(std::string_view host) {
    const std::size_t rds = host.find(".rds.amazonaws.com");
    if (rds == std::string_view::npos) return {};
    const std::string_view before = host.substr(0, rds);
    return std::string(before.substr(before.rfind('.') + 1));
  }

  const config::Configuration& configuration_;
  const postgres::Environment& environment_;
  Json identity_ = Json::array();
  std::vector<std::string> notes_;
};

}  // namespace

Result<IamPolicyText> iam_policy(const IamPolicyRequest& request, const config::Configuration& configuration,
                                 const postgres::Environment& environment) {
  return Policies(configuration, environment).text(request.which);
}

}  // namespace pg2athena::cli
