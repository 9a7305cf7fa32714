// The rows of `source`: the database.
#include <array>
#include <string>
#include <string_view>

#include "config/setting_rows.h"

namespace pg2athena::config {
namespace {

constexpr std::array<std::string_view, 2> kMethods = {"password", "iam"};
constexpr std::array kMethodValues = {login::Method::Password, login::Method::Iam};
constexpr std::array<std::string_view, 2> kRowSecurities = {"refuse", "apply"};
constexpr std::array kRowSecurityValues = {postgres::RowSecurity::Refuse, postgres::RowSecurity::Apply};

constexpr std::array kSettings = {
    Setting{
        .section = "source",
        .key = "url",
        .summary =
            "The database: postgresql://user@host:port/database or a conninfo string. A password stands here "
            "only as ${NAME}, or the whole URL does",
        .example = "postgresql://etl@db.internal/shop",
        .reference = true,
        .required = true,
        .unless = "secret",
        .set = [](Configuration& c, const SettingValue& v) { c.login.url = v.text; },
        .get = [](const Configuration& c) { return c.login.url; }},
    Setting{.section = "source",
            .key = "password",
            .summary = "The password, as ${NAME} of the environment or as secret:NAME or secret:ARN of AWS "
                       "Secrets Manager, with #MEMBER where it isn't the member password of a JSON object. "
                       "Without it: PGPASSWORD, PGPASSFILE or ~/.pgpass",
            .example = "${SHOP_PASSWORD}",
            .reference = true,
            .set = [](Configuration& c, const SettingValue& v) { c.login.password = v.text; },
            .get = [](const Configuration& c) { return c.login.password; }},
    Setting{
        .section = "source",
        .key = "secret",
        .kind = ValueKind::SecretId,
        .summary =
            "A secret of AWS Secrets Manager with the login, as Amazon RDS writes it, or the password alone: "
            "its name or ARN. It is read again when the server refuses it",
        .example = "prod/shop/etl",
        .set = [](Configuration& c, const SettingValue& v) { c.login.secret = v.text; },
        .get = [](const Configuration& c) { return c.login.secret; }},
    Setting{.section = "source",
            .key = "secret_version_stage",
            .summary = "The staging label of the secret's version",
            .example = "AWSCURRENT",
            .set = [](Configuration& c, const SettingValue& v) { c.login.version_stage = v.text; },
            .get = [](const Configuration& c) { return c.login.version_stage; }},
    Setting{.section = "source",
            .key = "auth",
            .kind = ValueKind::Choice,
            .summary =
                "What the server takes as proof: a password, or with iam a token that AWS makes for each "
                "connection to Amazon RDS or Aurora",
            .example = "iam",
            .choices = kMethods,
            .set = [](Configuration& c, const SettingValue& v) { c.login.method = kMethodValues[v.number]; },
            .get =
                [](const Configuration& c) {
                  return std::string(kMethods[c.login.method == login::Method::Iam ? 1 : 0]);
                }},
    Setting{.section = "source",
            .key = "search_path",
            .summary =
                "Where the names in `where` and in queries are looked up, instead of the role's search_path",
            .example = "shop, public",
            .set = [](Configuration& c, const SettingValue& v) { c.run.search_path = v.text; },
            .get = [](const Configuration& c) { return c.run.search_path; }},
    Setting{.section = "source",
            .key = "row_security",
            .kind = ValueKind::Choice,
            .summary =
                "What becomes of a table with a policy that would hide rows from the role: refuse ends the "
                "run before it reads, apply exports the rows that the role may see",
            .example = "apply",
            .option = "row-security",
            .choices = kRowSecurities,
            .set = [](Configuration& c,
                      const SettingValue& v) { c.run.row_security = kRowSecurityValues[v.number]; },
            .get =
                [](const Configuration& c) {
                  return name_of(kRowSecurities, kRowSecurityValues, c.run.row_security);
                }},
};

}  // namespace

std::span<const Setting> source_settings() {
  return kSettings;
}

}  // namespace pg2athena::config
