// Package public evaluates public tensors natively: whole, for the verifier's
// check of claims that the script leaves outside (rates, row selection,
// unstructured tables), and with some axes fixed, for the prover's sumchecks.
package public
