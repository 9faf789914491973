// Renders a Helm chart as `helm template` does, for machines where helm can't be had: Go's text/template with sprig, and the functions that Helm
// adds. Many sets of values in one process.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o render main.go
//	echo '{"chart":"...","cases":[{"name":"a","release":"prunella","namespace":"ci","values":{}}]}' | render
//
// What a test of one chart does not need is left out: subcharts, hooks' order, a cluster to look things up in (`lookup` finds nothing, as in
// `helm template`).
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

type values = map[string]interface{}

type request struct {
	Chart string `json:"chart"`
	Cases []struct {
		Name        string   `json:"name"`
		Release     string   `json:"release"`
		Namespace   string   `json:"namespace"`
		Values      values   `json:"values"`
		APIVersions []string `json:"apiVersions"`
	} `json:"cases"`
}

type answer struct {
	Name  string            `json:"name"`
	Files map[string]string `json:"files,omitempty"`
	Error string            `json:"error,omitempty"`
}

// What a chart is made of, by path below its folder.
type chart struct {
	meta      values
	values    values
	templates map[string]string
	files     files
}

type files map[string][]byte

func (f files) Get(name string) string      { return string(f[name]) }
func (f files) GetBytes(name string) []byte { return f[name] }
func (f files) Lines(name string) []string  { return strings.Split(strings.TrimRight(f.Get(name), "\n"), "\n") }

func (f files) Glob(pattern string) files {
	found := files{}
	for name, content := range f {
		if matches, err := filepath.Match(pattern, name); err == nil && matches {
			found[name] = content
		}
	}
	return found
}

func (f files) AsConfig() string {
	texts := map[string]string{}
	for name, content := range f {
		texts[filepath.Base(name)] = string(content)
	}
	return toYAML(texts)
}

type versions []string

func (v versions) Has(wanted string) bool {
	for _, version := range v {
		if version == wanted {
			return true
		}
	}
	return false
}

type kubeVersion struct{ Version, Major, Minor string }

func (v kubeVersion) String() string     { return v.Version }
func (v kubeVersion) GitVersion() string { return v.Version }

func main() {
	var asked request
	check(json.NewDecoder(os.Stdin).Decode(&asked))
	loaded, err := load(asked.Chart)
	check(err)
	answers := []answer{}
	for _, one := range asked.Cases {
		given := answer{Name: one.Name}
		top := values{
			"Chart":        chartMeta(loaded.meta),
			"Values":       merged(loaded.values, one.Values),
			"Release":      values{"Name": one.Release, "Namespace": one.Namespace, "Service": "Helm", "IsInstall": true, "IsUpgrade": false, "Revision": 1},
			"Capabilities": values{"KubeVersion": kubeVersion{"v1.31.0", "1", "31"}, "APIVersions": versions(append([]string{"v1", "apps/v1"}, one.APIVersions...))},
			"Files":        loaded.files,
		}
		if rendered, err := render(loaded, top); err != nil {
			given.Error = err.Error()
		} else {
			given.Files = rendered
		}
		answers = append(answers, given)
	}
	check(json.NewEncoder(os.Stdout).Encode(answers))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func load(folder string) (chart, error) {
	loaded := chart{templates: map[string]string{}, files: files{}, meta: values{}, values: values{}}
	err := filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		switch {
		case err != nil:
			return err
		case name == "Chart.yaml":
			return yaml.Unmarshal(content, &loaded.meta)
		case name == "values.yaml":
			return yaml.Unmarshal(content, &loaded.values)
		case strings.HasPrefix(name, "templates/"):
			loaded.templates[name] = string(content)
		case name != "values.schema.json":
			loaded.files[name] = content
		}
		return nil
	})
	return loaded, err
}

// `.Chart.Name` is `name` in Chart.yaml.
func chartMeta(meta values) values {
	upper := values{}
	for key, value := range meta {
		upper[strings.ToUpper(key[:1])+key[1:]] = value
	}
	return upper
}

// As Helm lays a user's values over those of a chart: maps are merged, everything else is replaced, null takes away.
func merged(below, above values) values {
	result := values{}
	for key, value := range below {
		result[key] = value
	}
	for key, value := range above {
		under, isMap := result[key].(values)
		over, alsoMap := value.(values)
		switch {
		case value == nil:
			delete(result, key)
		case isMap && alsoMap:
			result[key] = merged(under, over)
		case alsoMap:
			result[key] = merged(values{}, over)
		default:
			result[key] = value
		}
	}
	return result
}

func render(loaded chart, top values) (map[string]string, error) {
	prefix := fmt.Sprint(loaded.meta["name"]) + "/"
	root := template.New("chart").Option("missingkey=zero")
	root.Funcs(functions(root))
	names := []string{}
	for name := range loaded.templates {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if _, err := root.New(prefix + name).Parse(loaded.templates[name]); err != nil {
			return nil, err
		}
	}
	rendered := map[string]string{}
	for _, name := range names {
		if strings.HasPrefix(filepath.Base(name), "_") {
			continue
		}
		here := values{"Template": values{"Name": prefix + name, "BasePath": prefix + "templates"}}
		for key, value := range top {
			here[key] = value
		}
		text, err := execute(root, prefix+name, here)
		if err != nil {
			return nil, err
		}
		rendered[name] = text
	}
	return rendered, nil
}

func execute(root *template.Template, name string, data interface{}) (string, error) {
	var out strings.Builder
	err := root.ExecuteTemplate(&out, name, data)
	// Helm does so, too: `missingkey=zero` still prints it for maps of anything.
	return strings.ReplaceAll(out.String(), "<no value>", ""), err
}

func functions(root *template.Template) template.FuncMap {
	all := sprig.TxtFuncMap()
	delete(all, "env")
	delete(all, "expandenv")
	depth := map[string]int{}
	own := template.FuncMap{
		"toYaml":        toYAML,
		"fromYaml":      func(text string) values { return parsed(text, values{}) },
		"fromYamlArray": func(text string) []interface{} { return parsedList(text) },
		"toJson":        func(value interface{}) string { text, _ := json.Marshal(value); return string(text) },
		"fromJson":      func(text string) values { return parsed(text, values{}) },
		"fromJsonArray": func(text string) []interface{} { return parsedList(text) },
		"lookup":        func(...string) values { return values{} },
		"include": func(name string, data interface{}) (string, error) {
			if depth[name] > 100 {
				return "", fmt.Errorf("%s includes itself without end", name)
			}
			depth[name]++
			defer func() { depth[name]-- }()
			return execute(root, name, data)
		},
		"required": func(message string, value interface{}) (interface{}, error) {
			if text, isText := value.(string); value == nil || (isText && text == "") {
				return value, fmt.Errorf("%s", message)
			}
			return value, nil
		},
		"tpl": func(text string, data interface{}) (string, error) {
			copied, err := root.Clone()
			if err != nil {
				return "", err
			}
			if _, err := copied.New("tpl").Parse(text); err != nil {
				return "", err
			}
			return execute(copied, "tpl", data)
		},
	}
	for name, function := range own {
		all[name] = function
	}
	return all
}

func toYAML(value interface{}) string {
	text, err := yaml.Marshal(value)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(text), "\n")
}

func parsed(text string, into values) values {
	if err := yaml.Unmarshal([]byte(text), &into); err != nil {
		into["Error"] = err.Error()
	}
	return into
}

func parsedList(text string) []interface{} {
	list := []interface{}{}
	if err := yaml.Unmarshal([]byte(text), &list); err != nil {
		return []interface{}{err.Error()}
	}
	return list
}
