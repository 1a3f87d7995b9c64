#!/bin/sh
# Income from census data, with three owners: a model is trained and proven, then
# claims about data and model. Needs the Adult data set (adult_train.csv: 15
# columns, no header) and zkaudit on the PATH.
#
#   sh examples/census/run.sh adult_train.csv WORKDIR [zk-plonk|validity]
#
# INPUTS is the number of features that the columns become: 106 for the whole data
# set. TEST rows of each owner are held out; commitments have rows of 2^ROWBITS cells.
set -eu
data=$1 work=$2 mode=${3:-zk}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$work"
columns=age,workclass,fnlwgt,education,education_num,marital_status,occupation,relationship,race,sex,capital_gain,capital_loss,hours_per_week,native_country,income
features=age,workclass,education,marital_status,occupation,relationship,race,sex,capital_gain,capital_loss,hours_per_week,native_country

# Three owners, each with a third of the rows.
for i in 0 1 2; do
	{ echo "$columns"; sed 's/, */,/g' "$data" | awk -F, -v i="$i" 'NF == 15 && n++ % 3 == i'; } > "$work/$i.csv"
done

# The trainer's directory: every owner's rows become a part of their own. Equal
# rows stay on one side of the split; sex and race are committed for audits.
table="--header yes --features $features --target income --missing-as-category --normalise standard"
proofs="--mode $mode --context census-1 --row-bits ${ROWBITS:-14}"
zkaudit model "$work/census.tflite" --inputs "${INPUTS:-106}" --dense 64,32 --outputs 2
zkaudit init "$work/census" --model "$work/census.tflite" $table $proofs --attributes sex,race \
	--data "$work/0.csv" --name north --constants owner=north,licence=CC0-1.0 \
	--data "$work/1.csv" --name south --constants owner=south,licence=CC-BY-4.0 \
	--data "$work/2.csv" --name west --constants owner=west,licence=CC0-1.0 \
	--test-rows "${TEST:-2048}" --batch 64 --epochs 3 --rates 0.1,0.05,0.02 --segment-steps 256
zkaudit commit "$work/census"
zkaudit train "$work/census"
zkaudit prove "$work/census"
zkaudit verify "$work/census/bundle.zka" --expect "$work/census/expect.toml"

# Two people hold their own records, commit to them, and want to know whether
# they are in the data: one is (the second row of north), one is not.
sed -n '1p;3p' "$work/0.csv" > "$work/insider.csv"
{ echo "$columns"; echo "90,?,0,Doctorate,16,Separated,?,Wife,Other,Female,0,0,1,?,<=50K"; } > "$work/outsider.csv"
for who in insider outsider; do
	zkaudit init "$work/$who" --model "$work/census.tflite" $table $proofs --encoding "$work/census/commit/encoding.json" \
		--attributes sex,race --data "$work/$who.csv" --name "$who" --test-rows 0 --batch 1
	zkaudit commit "$work/$who"
done
people="--part insider=$work/insider/commit/insider.part,$work/insider/commit/insider.opening,$work/insider.csv"
people="$people --part outsider=$work/outsider/commit/outsider.part,$work/outsider/commit/outsider.opening,$work/outsider.csv"

# One claim of each kind holds, to copy from; nothing is proven here.
zkaudit audit "$here/every-kind.toml" --dir "$work/census" $people --dry-run

# The claims, and an auditor's check of them.
zkaudit audit "$here/claims.toml" --dir "$work/census" $people --release=both-sexes --release=opportunity-of-the-sexes --html "$work/report.html"
zkaudit audit verify "$work/census/audit.zka" --bundle "$work/census/bundle.zka" --expect "$work/census/audit-expect.toml"

# A split that does not look at equal rows is not disjoint, and cannot be proven
# to be.
sed 's/^group_duplicates = true/group_duplicates = false/; s/^mode = ".*"/mode = "validity"/' "$work/census/run.toml" > "$work/run.toml"
mkdir -p "$work/naive"
mv "$work/run.toml" "$work/naive/run.toml"
zkaudit commit "$work/naive"
if zkaudit audit "$here/disjoint.toml" --dir "$work/naive"; then
	echo "the naive split should not be disjoint" >&2
	exit 1
fi
