#include "aws/endpoint.h"

#include <gtest/gtest.h>

#include "aws/environment_for_tests.h"

namespace pg2athena::aws {
namespace {

TEST(Endpoint, Is_the_services_own_in_its_region) {
  const CleanEnvironment environment;
  EXPECT_EQ(service_endpoint("", "SECRETS_MANAGER", "secretsmanager", "eu-central-1"),
            "https://secretsmanager.eu-central-1.amazonaws.com");
  EXPECT_EQ(credentials_endpoint("", "STS", "sts", "cn-north-1"), "https://sts.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(service_endpoint("", "GLUE", "glue", "").error().kind(), ErrorKind::InvalidArgument);
  EXPECT_EQ(service_endpoint("", "GLUE", "glue", "eu.evil.org/").error().kind(), ErrorKind::InvalidArgument);
}

TEST(Endpoint, The_configuration_goes_before_the_services_variable_and_that_before_the_general_one) {
  CleanEnvironment environment;
  environment.set("AWS_ENDPOINT_URL", "http://general:9000/");
  EXPECT_EQ(service_endpoint("", "GLUE", "glue", "eu-central-1"), "http://general:9000");
  environment.set("AWS_ENDPOINT_URL_GLUE", "http://glue:9001");
  EXPECT_EQ(service_endpoint("", "GLUE", "glue", "eu-central-1"), "http://glue:9001");
  EXPECT_EQ(service_endpoint("http://here", "GLUE", "glue", "eu-central-1"), "http://here");
}

TEST(Endpoint, The_general_one_never_reaches_who_gives_out_credentials) {
  CleanEnvironment environment;
  environment.set("AWS_ENDPOINT_URL", "http://minio:9000");
  EXPECT_EQ(credentials_endpoint("", "STS", "sts", "eu-central-1"), "https://sts.eu-central-1.amazonaws.com");
  environment.set("AWS_ENDPOINT_URL_STS", "http://sts:9001");
  EXPECT_EQ(credentials_endpoint("", "STS", "sts", "eu-central-1"), "http://sts:9001");
}

TEST(Endpoint, What_is_no_URL_is_refused_and_told_where_it_stands) {
  CleanEnvironment environment;
  for (const char* const url :
       {"minio:9000", "ftp://minio", "https://", "https:///x", "https://a b", "https://u@h", "https://h?x"}) {
    environment.set("AWS_ENDPOINT_URL_STS", url);
    const auto endpoint = credentials_endpoint("", "STS", "sts", "eu-central-1");
    ASSERT_FALSE(endpoint) << url;
    EXPECT_EQ(endpoint.error().message(), "the endpoint in AWS_ENDPOINT_URL_STS isn't a URL");
  }
}

}  // namespace
}  // namespace pg2athena::aws
