//! Black-box tests of the drift binary.
