// How to speak to a bucket, and what its objects are to be. Data only: also there in a build without AWS.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "storage/s3_location.h"

namespace pg2athena::storage {

// Whose key an object is encrypted with, in S3.
enum class S3Encryption : std::uint8_t {
  BucketDefault,  // nothing is asked for: what the bucket does with every object (SSE-S3 at least)
  S3Managed,      // SSE-S3: "AES256"
  Kms,            // SSE-KMS: "aws:kms"
  KmsTwoLayers,   // DSSE-KMS: "aws:kms:dsse"
};

using S3Pairs = std::vector<std::pair<std::string, std::string>>;

struct S3ObjectOptions {
  S3Encryption encryption = S3Encryption::BucketDefault;
  std::string kms_key;         // id, ARN, or alias; empty: the account's own for S3 (aws/s3)
  S3Pairs encryption_context;  // what a key's policy and the audit log see
  bool bucket_key = false;     // one key from KMS for many objects: fewer calls
  std::string acl;             // a canned one: bucket-owner-full-control; empty: none is sent
  std::string storage_class;   // of data, not of records; empty: the bucket's
  S3Pairs tags;                // of data and records

  bool operator==(const S3ObjectOptions&) const = default;
};

enum class S3Addressing : std::uint8_t {
  Auto,         // virtual-hosted for AWS, but for names with dots; by path for other endpoints
  VirtualHost,  // https://bucket.s3.eu-central-1.amazonaws.com/key
  Path,         // https://endpoint/bucket/key
};

struct S3Options {
  S3Location location;
  std::string region;    // empty: the identity's, or found out from the bucket
  std::string endpoint;  // empty: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS's
  S3Addressing addressing = S3Addressing::Auto;
  std::string bucket_owner;  // an account's number; S3 refuses if the bucket is somebody else's. Empty: any
  S3ObjectOptions objects;

  bool operator==(const S3Options&) const = default;
};

}  // namespace pg2athena::storage
