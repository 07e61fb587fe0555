"""Published test vectors for what seals are made of."""

from __future__ import annotations

HMAC_SHA_256 = [
    (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (
        b"\xaa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
]
"""RFC 4231, test cases 1, 2, 3 and 6: key, data, HMAC-SHA-256."""

HKDF_SHA_256 = [
    (
        b"\x0b" * 22,
        bytes(range(0x0D)),
        bytes(range(0xF0, 0xFA)),
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ),
    (
        bytes(range(0x50)),
        bytes(range(0x60, 0xB0)),
        bytes(range(0xB0, 0x100)),
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
        "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
    ),
    (
        b"\x0b" * 22,
        b"",
        b"",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    ),
]
"""RFC 5869, appendices A.1 to A.3: secret, salt, info, key."""

CONTENT = b"This is the content."
"""The payload of all examples below, which are from github.com/cose-wg/Examples."""

MAC_KEY = bytes.fromhex("849B57219DAE48DE646D07DBB533566E976686457C1491BE3A76DCEA6C427188")
MAC0 = "D18443A10105A054546869732069732074686520636F6E74656E742E5820"
MAC0_PASS = f"{MAC0}A1A848D3471F9D61EE49018D244C824772F223AD4F935293F1789FC3A08D8C58"
"""mac0-tests/HMac-01, hmac-examples/HMac-enc-01: HMAC 256/256."""

MAC0_INPUTS = [
    ("A10105", b"", "84644D41433043A101054054546869732069732074686520636F6E74656E742E"),
    (
        "",
        bytes.fromhex("FF00EE11DD22CC33BB44AA559966"),
        "84644D414330404EFF00EE11DD22CC33BB44AA55996654546869732069732074686520636F6E74656E742E",
    ),
]
"""The MAC_structure of HMac-01, and of mac-pass-02, which has external data: protected header, external data, bytes."""

MAC0_EXTERNAL_TAG = "0FECAEC59BB46CC8A488AACA4B205E322DD52696B75A45768D3C302DD4BAE2F7"
"""The tag of mac-pass-02."""

MAC0_FAIL = {
    "mac-fail-01, another tag": MAC0_PASS.replace("D184", "D903E084", 1),
    "mac-fail-02, HMac-enc-04, a changed MAC": MAC0_PASS[:-2] + "59",
    "mac-fail-03, an unknown algorithm": MAC0_PASS.replace("43A10105", "45A1013903E6", 1),
    "mac-fail-04, an algorithm's name": MAC0_PASS.replace("43A10105", "4AA10167556E6B6E6F776E", 1),
    "mac-fail-06, a header more": MAC0_PASS.replace("43A10105", "45A201050300", 1),
    "mac-fail-07, a header less": f"{MAC0}BB9E11EF2BD673F766A398D4E3FAD78E0F0BE2806BF73FB647471E40B3D98734",
}
"""mac0-tests: what must fail."""

MAC0_OTHER = {
    "mac-pass-01, the algorithm is not protected": "D18441A0A1010554546869732069732074686520636F6E74656E742E5820"
    "176DCE14C1E57430C13658233F41DC89AA4FA0FF9B8783F23B0EF51CA6B026BC",
    "mac-pass-03, no tag": "8440A1010554546869732069732074686520636F6E74656E742E5820"
    "176DCE14C1E57430C13658233F41DC89AA4FA0FF9B8783F23B0EF51CA6B026BC",
    "HMac-enc-02, HMAC 384": "D18443A10106A054546869732069732074686520636F6E74656E742E5830998D26C6459AAEECF44ED20CE0"
    "0C8CCEDF0A1F3D22A92FC05DB08C5AEB1CB594CAAF5A5C5E2E9D01CCE7E77A93AA8C62",
    "HMac-enc-05, HMAC 256/64": "D18443A10104A054546869732069732074686520636F6E74656E742E4811F9E357975FB849",
}
"""mac0-tests and hmac-examples: right by RFC 9052, but not what is accepted here."""

ENCRYPTION_KEY = bytes.fromhex("0F1E2D3C4B5A69788796A5B4C3D2E1F01F2E3D4C5B6A798897A6B5C4D3E2F100")
ENCRYPTION_NONCE = bytes.fromhex("02D1F7E6F26C43D4868D87CE")
ENCRYPT0_PASS = (
    "D08343A10103A1054C02D1F7E6F26C43D4868D87CE5824"
    "9D64A5A59A3B04867DCCF6B8EF82F7D1A3B25EF84ECA2BC5D7593A96E943859A9CC24AD3"
)
"""aes-gcm-examples/aes-gcm-enc-03: AES-256-GCM."""

ENCRYPT0_INPUTS = [
    ("A10103", b"", "8368456E63727970743043A1010340"),
    ("A10101", bytes.fromhex("0011BBCC22DD4455DD220099"), "8368456E63727970743043A101014C0011BBCC22DD4455DD220099"),
]
"""The Enc_structure of aes-gcm-enc-03, and of encrypted-tests/enc-pass-02."""

AES_128 = (
    "D08343A10101A1054C02D1F7E6F26C43D4868D87CE5824"
    "60973A94BB2898009EE52ECFD9AB1DD25867374B162E2C03568B41F57C3CC16F9166250A"
)
ENCRYPT0_OTHER = {
    "aes-gcm-enc-01, AES-128": AES_128,
    "aes-gcm-enc-04, a changed tag": AES_128[:-1] + "B",
    "enc-fail-01, another tag": AES_128.replace("D083", "D903E383", 1),
    "enc-fail-03, an unknown algorithm": AES_128.replace("43A10101", "45A1013903E6", 1),
    "enc-fail-04, an algorithm's name": AES_128.replace("43A10101", "4AA10167556E6B6E6F776E", 1),
    "enc-fail-06, a header more": AES_128.replace("43A10101", "45A201010300", 1),
    "enc-pass-01, the algorithm is not protected": "D08341A0A20101054C02D1F7E6F26C43D4868D87CE582460973A94BB2898009EE5"
    "2ECFD9AB1DD25867374B24BEE54AA5D797C8DC845929ACAA47EF",
    "enc-pass-03, no tag": "8340A20101054C02D1F7E6F26C43D4868D87CE582460973A94BB2898009EE52ECFD9AB1DD25867374B24BEE54A"
    "A5D797C8DC845929ACAA47EF",
}
"""encrypted-tests and aes-gcm-examples: what must fail, and what is not accepted here."""
