package rowtest

import (
	"bytes"
	"fmt"
	"reflect"

	"github.com/parquet-go/parquet-go"
)

// Parquet returns a file of Parquet. tags are those of every column, such as ",dict"; all
// of them may be missing.
func (t *Table) Parquet(tags string, options ...parquet.WriterOption) ([]byte, error) {
	types := map[Kind]reflect.Type{Whole: reflect.TypeFor[*int64](), Number: reflect.TypeFor[*float64](), Truth: reflect.TypeFor[*bool](), Text: reflect.TypeFor[*string]()}
	var fields []reflect.StructField
	for column, name := range t.Names {
		tag := reflect.StructTag(fmt.Sprintf("parquet:%q", name+",optional"+tags))
		fields = append(fields, reflect.StructField{Name: fmt.Sprintf("F%d", column), Type: types[t.Kind(column)], Tag: tag})
	}
	row := reflect.StructOf(fields)
	var b bytes.Buffer
	w := parquet.NewWriter(&b, append(options, parquet.SchemaOf(reflect.New(row).Interface()))...)
	for i := range t.Rows {
		one := reflect.New(row)
		for column := range t.Names {
			if value := t.Value(i, column); value != nil {
				cell := reflect.New(reflect.TypeOf(value))
				cell.Elem().Set(reflect.ValueOf(value))
				one.Elem().Field(column).Set(cell)
			}
		}
		if err := w.Write(one.Interface()); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return b.Bytes(), err
}
