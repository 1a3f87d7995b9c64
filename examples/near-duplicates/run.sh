#!/bin/sh
# Is a picture, or a slightly altered copy of it, among the pictures a model was
# trained on? 4,000 digits are committed and trained on; 20 others are compared
# with all of them, 4 of which are altered copies: in pixels, by the network's own
# hidden layer, and by a layer of a public model. Needs MNIST's format (images and
# labels, .gz, at least 4,832 of them) and zkaudit on the PATH.
#
#   sh examples/near-duplicates/run.sh images.gz labels.gz WORKDIR [zk-plonk|validity]
#
# IMAGES is the number of digits, 4,000 or from 1,000 on fewer.
set -eu
images=$1 labels=$2 work=$3 mode=${4:-zk} count=${IMAGES:-4000}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$work"
gzip -dc "$images" > "$work/all-images"
gzip -dc "$labels" > "$work/all-labels"

# take FROM COUNT prints images, label FROM COUNT labels; both count from 0.
take() { tail -c +$((17 + 784 * $1)) "$work/all-images" | head -c $((784 * $2)); }
label() { tail -c +$((9 + $1)) "$work/all-labels" | head -c "$2"; }
# head_of COUNT are the headers of files of so many images, or labels.
image_head() { printf '\000\000\010\003\000\000'; number "$1"; printf '\000\000\000\034\000\000\000\034'; }
label_head() { printf '\000\000\010\001\000\000'; number "$1"; }
number() { printf "\\$(printf %03o $(($1 / 256)))\\$(printf %03o $(($1 % 256)))"; }
# altered N is image N with a few bright pixels: a watermark, or a scratch.
altered() { take "$1" 1 | head -c 200; printf '\377\377\377'; take "$1" 1 | tail -c 581; }

copied="7 70 700 $((count - 223))"
{ image_head $count; take 0 $count; } > "$work/images"
{ label_head $count; label 0 $count; } > "$work/labels"
{ image_head 800; take 4016 800; } > "$work/others"
{ label_head 800; label 4016 800; } > "$work/others-labels"
{ image_head 16; take 4816 16; } > "$work/strangers"
{ label_head 16; label 4816 16; } > "$work/strangers-labels"
{ image_head 20; take 4816 16; for n in $copied; do altered $n; done; } > "$work/queries"
{ label_head 20; label 4816 16; for n in $copied; do label $n 1; done; } > "$work/queries-labels"

proofs="--mode $mode --test-rows 0 --context duplicates-1"
zkaudit model "$work/digits.tflite" --inputs 784 --dense 64,32 --outputs 10
zkaudit init "$work/digits" --model "$work/digits.tflite" --data "$work/images" --labels "$work/labels" --name digits $proofs \
	--batch 64 --epochs 2 --rate 0.125 --segment-steps 64
zkaudit commit "$work/digits"
zkaudit train "$work/digits"
zkaudit prove "$work/digits"
parts=
for name in strangers queries; do
	zkaudit init "$work/$name-part" --model "$work/digits.tflite" --data "$work/$name" --labels "$work/$name-labels" --name "$name" $proofs --batch 1
	zkaudit commit "$work/$name-part"
	parts="$parts --part $name=$work/$name-part/commit/$name.part,$work/$name-part/commit/$name.opening,$work/$name,$work/$name-labels"
done

# Somebody else's model, trained on 800 other digits: how it came about is not
# proven, and need not be, since its weights are public. In earnest a rightsholder
# or an auditor names it.
zkaudit init "$work/embedder" --model "$work/digits.tflite" --data "$work/others" --labels "$work/others-labels" --name others \
	--mode validity --test-rows 0 --batch 16 --epochs 4 --rate 0.125
zkaudit commit "$work/embedder"
zkaudit train "$work/embedder"
zkaudit inspect "$work/embedder/trained.tflite" # lists the layers that claims can name
public="embedder=$work/embedder/trained.tflite"

# None of 16 other pictures is nearly one of the 4,000, in pixels or as the
# trained network or the public one sees them.
zkaudit audit "$here/claims.toml" --dir "$work/digits" $parts --model "$public" --html "$work/report.html"
zkaudit audit verify "$work/digits/audit.zka" --bundle "$work/digits/bundle.zka" --model "$public" \
	--expect "$work/digits/audit-expect.toml"

# With altered copies among them, that cannot be proven.
for claims in altered altered-hidden altered-embedder; do
	if zkaudit audit "$here/$claims.toml" --dir "$work/digits" $parts --model "$public" --out "$work/altered.zka"; then
		echo "altered copies should be found" >&2
		exit 1
	fi
done
