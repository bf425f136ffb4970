namespace Anneal.Tests.Pipeline.Config;

/// <summary>What a wrong file is answered, word for word.</summary>
internal sealed class ConfigErrorTests
{
    private const string Data = "task: classification\ndata: {dataset: mnist}\n";

    [Test]
    public void Parse_ManyErrors_ReportsAllSortedByPosition()
    {
        string text = """
            version: 2
            pipelines:
              p:
                task: clasification
                sead: 1
                data:
                  train: {idx: {features: no-images, labels: no-labels}}
                model:
                  layers:
                    - dense: ten
                    - {dropout: 1.5}
                    - flaten
                    - {dense: 10, flatten: {}}
                train:
                  optimzer: adam
                  epochs: -1
                  epochs: 2
                  batch: "64"
                  schedule: {step: {factor: 2}}
                checks: {overfit: true}
                validate: {metric: {test.accuracy: ">= much"}}
            """;
        string folder = Path.GetTempPath();

        Assert.That(ConfigText.Errors(text), Is.EqualTo($"""
            pipelines.yaml:1:10 version: must be 1, found 2
            pipelines.yaml:4:11 task: unknown value 'clasification'; did you mean 'classification'?
            pipelines.yaml:5:5 sead: unknown key; did you mean 'seed'?
            pipelines.yaml:7:31 data.train.idx.features: no such file: 'no-images'; tried {Path.Combine(folder, "no-images")}
            pipelines.yaml:7:50 data.train.idx.labels: no such file: 'no-labels'; tried {Path.Combine(folder, "no-labels")}
            pipelines.yaml:10:18 model.layers.0.dense.units: expected a whole number or 'auto', found 'ten'
            pipelines.yaml:11:21 model.layers.1.dropout.rate: must be at least 0 and less than 1, found 1.5
            pipelines.yaml:12:11 model.layers.2: unknown value 'flaten'; did you mean 'flatten'?
            pipelines.yaml:13:23 model.layers.3.flatten: only one can be chosen, and 'dense' is already given
            pipelines.yaml:15:7 train.optimzer: unknown key; did you mean 'optimizer'?
            pipelines.yaml:16:15 train.epochs: must be from 1 to 1000000, found -1
            pipelines.yaml:17:7 train.epochs: duplicate key; already given at line 16
            pipelines.yaml:18:14 train.batch: expected a whole number or 'all' or 'auto', found the text "64"
            pipelines.yaml:19:24 train.schedule.step.every: required key is missing (length of the interval)
            pipelines.yaml:19:33 train.schedule.step.factor: must be greater than 0 and at most 1, found 2
            pipelines.yaml:20:5 checks: unknown key; expected one of: task, seed, data, augment, model, loss, metrics, preflight, train, average, ensemble, final, export, validate
            pipelines.yaml:21:40 validate.metric.test.accuracy: expected a limit such as ">= 0.9", found the text ">= much"
            """));
    }

    [TestCase("train: {epochs: 1.5}", "6:21 train.epochs: expected a whole number, found '1.5'")]
    [TestCase("train: {epochs: }", "6:21 train.epochs: expected a whole number, found nothing")]
    [TestCase("train: {epochs: ~}", "6:21 train.epochs: expected a whole number, found '~'")]
    [TestCase("train: {epochs: 1_000}", "6:21 train.epochs: expected a whole number, found '1_000'")]
    [TestCase("train: {epochs: 99999999999}", "6:21 train.epochs: expected a whole number, found '99999999999'")]
    [TestCase("train: [1]", "6:12 train: expected a map, found a list")]
    [TestCase("train: fast", "6:12 train: expected a map, found 'fast'")]
    [TestCase("train: {optimizer: {adam: {lr: 1,000}}}", "6:38 train.optimizer.adam.000: unknown key; expected one of: lr, beta1, beta2, eps, bias_correction, weight_decay")]
    [TestCase("train: {optimizer: {adam: {lr: fast}}}", "6:36 train.optimizer.adam.lr: expected a number, found 'fast'")]
    [TestCase("train: {optimizer: {adam: {lr: .inf}}}", "6:36 train.optimizer.adam.lr: expected a number, found '.inf'")]
    [TestCase("train: {optimizer: {adam: {lr: 1e999}}}", "6:36 train.optimizer.adam.lr: '1e999' is too large for a number")]
    [TestCase("train: {optimizer: {adam: {lr: 0}}}", "6:36 train.optimizer.adam.lr: must be greater than 0, found 0")]
    [TestCase("train: {optimizer: {}}", "6:24 train.optimizer: expected one of: sgd, momentum, adagrad, rmsprop, adam, adamw, nadam, lion, lbfgs, genetic, found a map")]
    [TestCase("train: {optimizer: newton}", "6:24 train.optimizer: unknown value 'newton'; expected one of: sgd, momentum, adagrad, rmsprop, adam, adamw, nadam, lion, lbfgs, genetic")]
    [TestCase("train: {threads: many}", "6:22 train.threads: expected a whole number or 'auto', found 'many'")]
    [TestCase("train: {engine: gpu}", "6:21 train.engine: unknown value 'gpu'; expected one of: simd, ort")]
    [TestCase("train: {Batch: 64}", "6:13 train.Batch: unknown key; did you mean 'batch'?")]
    [TestCase("train: {early_stopping: train.auc}", "6:29 train.early_stopping.metric: unknown metric 'train.auc' for this task; expected one of: train.loss, train.accuracy")]
    [TestCase("train: {early_stopping: validation.rsme}", "6:29 train.early_stopping.metric: unknown metric 'validation.rsme' for this task; expected one of: validation.loss, validation.accuracy, validation.auc, validation.ece, validation.f1, validation.log_loss, validation.precision, validation.recall")]
    [TestCase("metrics: {best: validation.top_k}", "6:21 metrics.best: unknown metric 'validation.top_k' for this task; expected one of: validation.loss, validation.accuracy, validation.auc, validation.ece, validation.f1, validation.log_loss, validation.precision, validation.recall")]
    [TestCase("metrics: {bins: 0}", "6:21 metrics.bins: must be from 1 to 1000, found 0")]
    [TestCase("loss: {cross_entropy: {label_smoothing: 1}}", "6:45 loss.cross_entropy.label_smoothing: must be at least 0 and less than 1, found 1")]
    [TestCase("loss: {cross_entropy: {class_weights: {a: 0}}}", "6:47 loss.cross_entropy.class_weights.a: must be greater than 0, found 0")]
    [TestCase("loss: {cross_entropy: {class_weights: even}}", "6:43 loss.cross_entropy.class_weights: expected a map or 'balanced', found 'even'")]
    [TestCase("loss: mse", "6:11 loss: is not for a classification task, but for: regression")]
    [TestCase("loss: {huber: 0}", "6:11 loss: is not for a classification task, but for: regression\npipelines.yaml:6:19 loss.huber.delta: must be greater than 0, found 0")]
    [TestCase("loss: {focal: {alpha: 0.25}}", "6:27 loss.focal.alpha: has no use here: several classes are weighted by 'class_weights'")]
    [TestCase("export: {threshold: 0.4}", "6:25 export.threshold: has no use here: only the probability of one of two classes, or of a label, has a threshold")]
    [TestCase("average: [last_k: 9]", "6:23 average.candidates.0.last_k.k: needs 9 checkpoints, and 'train.checkpoint.keep' is 5")]
    [TestCase("average: all", "6:14 average.candidates: expected a list, found 'all'")]
    [TestCase("export: {layout: encoded}", "6:22 export.layout: encoded images need op ImageDecoder (opset 20), for which ONNX Runtime has no kernel. hint: take nchw or nhwc, and decode before")]
    [TestCase("export: {outputs: [logits]}\nensemble: {members: {seeds: 2}}", "6:23 export.outputs: has no use here: an ensemble has no logits and no embeddings of its own, its members have")]
    [TestCase("export: {variants: [int8, int8]}", "6:24 export.variants: names one twice")]
    [TestCase("export: {opset: 16}", "6:21 export.opset: must be from 17 to 21, found 16")]
    [TestCase("validate: {metric: {test.acuracy: \">= 0.9\"}}", "6:25 validate.metric.test.acuracy: unknown metric 'test.acuracy' for this task; did you mean 'test.accuracy'?")]
    [TestCase("validate: {latency_ms: {batch: 1}}", "6:28 validate.latency_ms.0: needs a limit: 'p50' or 'p99'")]
    [TestCase("validate: {latency_ms: [{p99: 1}, {batch: 8}]}", "6:39 validate.latency_ms.1: needs a limit: 'p50' or 'p99'")]
    [TestCase("validate: {size_mb: {}}", "6:25 validate.size_mb: needs a limit: 'file' or 'memory'")]
    [TestCase("validate: {throughput: {batch: 8}}", "6:28 validate.throughput.0.rows_per_s: required key is missing (rows that are answered in a second, at least)")]
    [TestCase("validate: {per_class: {recal: '>= 0.5'}}", "6:28 validate.per_class.recal: unknown figure of a class 'recal'; did you mean 'recall'?")]
    [TestCase("validate: {batch_sizes: [1, some]}", "6:33 validate.batch_sizes.1: expected a whole number or 'all', found 'some'")]
    public void Parse_WrongValue_SaysWhatIsExpected(string line, string expected)
    {
        Assert.That(ConfigText.Errors(ConfigText.Pipeline(Data + line + "\nmodel: {mlp: [8]}")), Is.EqualTo("pipelines.yaml:" + expected));
    }

    [TestCase("task: classification\ndata: {dataset: mnist, label: y}", "5:28 data.label: has no use here: only a table has a label column")]
    [TestCase("task: regression\ndata: {dataset: mnist}", "4:11 task: the data set has classes, so the task is classification")]
    [TestCase("task: classification\ndata: {}", "5:11 data: needs 'train' or 'dataset'")]
    [TestCase("task: classification\ndata: {dataset: mnist, split: {holdout: {validation: 0.6, test: 0.4}}}", "5:45 data.split.holdout: 'validation' and 'test' together leave no rows to train on\npipelines.yaml:5:69 data.split.holdout.test: the data has test rows of its own")]
    [TestCase("task: classification\ndata: {dataset: mnist, normalize: {method: standardize, mean: 3}}", "5:61 data.normalize.mean: has no use here: 'method: standardize' fits the mean on the training rows")]
    [TestCase("task: classification\ndata: {train: {csv: {path: t.csv}}, label: y}", "5:25 data.train.csv.columns: a training table needs the name and type of each column")]
    [TestCase("task: classification\ndata: {train: {csv: {path: t.csv, columns: {x: number, y: category}}}}", "5:11 data.label: a table needs the name of its label column")]
    [TestCase("task: classification\ndata: {train: {csv: {path: t.csv, columns: {x: number, why: category}}}, label: wy}", "5:85 data.label: no column 'wy'; did you mean 'why'?")]
    [TestCase("task: classification\ndata: {train: {csv: {path: t.csv, columns: {x: number, y: number}}}, label: y}", "5:63 data.train.csv.columns.y: the label of this task must be of type category")]
    [TestCase("task: multilabel\ndata: {train: {csv: {path: t.csv, columns: {x: number, a: number, b: category}}}, labels: [a, b]}", "5:74 data.train.csv.columns.b: the label of this task must be of type number")]
    [TestCase("task: multilabel\ndata: {train: {csv: {path: t.csv, columns: {x: number, a: number}}}, label: a}", "5:81 data.label: a multilabel task has a column for each label: 'labels: [a, b]'")]
    [TestCase("task: binary\ndata: {train: {csv: {path: t.csv, columns: {x: number, a: number, b: number}}}, labels: [a, b]}", "5:93 data.labels: one column tells the class; several are for a multilabel task or a regression")]
    [TestCase("task: binary\ndata: {train: {csv: {path: t.csv, columns: {x: number, y: number}}}, label: y, weight: w}", "5:92 data.weight: no column 'w'; did you mean 'x'?")]
    [TestCase("task: binary\ndata: {train: {csv: {path: t.csv, columns: {x: number, y: category, w: category}}}, label: y, weight: w}", "5:76 data.train.csv.columns.w: the weight must be of type number")]
    [TestCase("task: regression\ndata: {train: {csv: {path: t.csv, columns: {x: number, y: number}}}, label: y, positive: a}", "5:94 data.positive: has no use here: only a binary task has a positive class")]
    [TestCase("task: regression\nmetrics: {top_k: 2}\ndata: {train: {csv: {path: t.csv, columns: {x: number, y: number}}}, label: y}", "5:22 metrics.top_k: has no use here: only a classification has several classes to choose from")]
    [TestCase("task: regression\ndata: {train: {csv: {path: t.csv, columns: {x: ignore, y: number}}}, label: y}", "5:48 data.train.csv.columns: has no column to learn from")]
    [TestCase("task: classification\ndata: {train: {csv: {path: t.csv, columns: {x: number, y: category}}}, label: y}\naugment: [{noise: 0.1}, flip]", "6:29 augment.1: has no use here: a table has no images")]
    [TestCase("task: classification\ndata: {train: {csv: {path: t.csv, columns: {x: category, y: category}}}, label: y}\naugment: [{noise: 0.1}]", "6:15 augment.0: has no use here: the table has no number column to learn from")]
    [TestCase("task: classification\ndata: {dataset: mnist}\naugment: [{color: {hue: 0.1}}]", "6:15 augment.0: color needs the channels red, green and blue; these images have 1. hint: use brightness or contrast")]
    [TestCase("task: classification\ndata: {dataset: mnist}\naugment: [{scale: {min: 2, max: 1}}]", "6:29 augment.0.scale.min: must be at most 'max', which is 1")]
    [TestCase("task: classification\ndata: {train: {csv: {path: t.csv, columns: {x: number, y: category}}}, label: y}\naugment: [mixup, cutmix]", "6:22 augment.1: has no use here: a table has no images")]
    [TestCase("task: classification\ndata: {train: {csv: {path: t.csv, columns: {x: number, c: category, y: category}}}, label: y, features: {categorical: embedding}}\naugment: [mixup]", "6:15 augment.0: mixup cannot mix the ids of embedded columns. hint: use one_hot")]
    [TestCase("task: classification\ndata: {dataset: mnist}\naugment: [{mixup: 0}]", "6:23 augment.0.mixup.alpha: must be greater than 0 and at most 1000, found 0")]
    [TestCase("task: classification\ndata: {dataset: mnist}\naugment: [crop]", "6:15 augment.0: crop changes nothing: needs 'padding', or 'min_area' below 1")]
    [TestCase("task: classification\ndata: {dataset: mnist}\naugment: [{flip: {p: 0}}]", "6:26 augment.0.flip.p: must be greater than 0 and at most 1, found 0")]
    [TestCase("task: classification\ndata: {train: {csv: {path: t.csv, columns: {x: number, c: category, y: category}}}, label: y, features: {columns: {c: {scale: log}}}}", "5:124 data.features.columns.c.scale: has no use here: the column is of type category")]
    [TestCase("task: classification\ndata: {train: {csv: {path: t.csv, columns: {x: number, c: category, y: category}}}, label: y, features: {columns: {x: {encode: one_hot}}}}", "5:124 data.features.columns.x.encode: has no use here: the column is of type number")]
    [TestCase("task: classification\ndata: {train: {csv: {path: t.csv, columns: {x: number, c: category, y: category}}}, label: y, features: {columns: {c: {encode: embedding, width: 0}}}}", "5:150 data.features.columns.c.width: must be from 1 to 4096, found 0")]
    [TestCase("task: classification\ndata: {train: {csv: {path: t.csv, columns: {x: number, c: category, y: category}}}, label: y, features: {columns: {c: {width: 4}}}}", "5:124 data.features.columns.c.width: has no use here: only an embedding, or hashing, has vectors")]
    [TestCase("task: classification\ndata: {train: {csv: {path: t.csv, columns: {x: number, c: category, y: category}}}, label: y, features: {columns: {c: {encode: ordinal, order: [a, a]}}}}", "5:148 data.features.columns.c.order: must name each category once")]
    [TestCase("task: classification\ndata: {train: {csv: {path: t.csv, columns: {x: number, c: category, y: category}}}, label: y, features: {columns: {c: {order: [a]}}}}", "5:124 data.features.columns.c.order: has no use here: only an ordinal column has an order")]
    [TestCase("task: classification\ndata: {train: {csv: {path: t.csv, columns: {x: number, c: category, y: category}}}, label: y, features: {columns: {xx: {scale: log}}}}", "5:120 data.features.columns.xx: no column 'xx'; did you mean 'x'?")]
    [TestCase("task: classification\ndata: {train: {csv: {path: t.csv, columns: {x: number, c: category, y: category}}}, label: y, features: {columns: {y: {scale: log}}}}", "5:120 data.features.columns.y: has no use here: the column is the label")]
    [TestCase("task: classification\ndata: {dataset: mnist}\naugment: [flip, {shift: 28}]", "6:21 augment.1: a shift by 28 pixels moves all of an image of 28×28 out of sight. hint: lower 'pixels'")]
    [TestCase("task: classification\ndata: {dataset: mnist}\naugment: [{flip: sideways}]", "6:22 augment.0.flip.axis: unknown value 'sideways'; expected one of: horizontal, vertical")]
    [TestCase("task: classification\ndata: {dataset: mnist}\naugment: flip", "6:14 augment: expected a list or 'none', found 'flip'")]
    [TestCase("task: classification\ndata: {train: {images: none.zip}}", "5:28 data.train.images.path: no such file or folder: 'none.zip'; tried PATH/none.zip")]
    [TestCase("task: regression\ndata: {train: {images: {path: t.csv, size: [8, 8]}}}", "4:11 task: the folders of the images are classes, so the task is classification")]
    [TestCase("task: classification\ndata: {train: {images: {path: t.csv, size: [8]}}}", "5:48 data.train.images.size: expected [height, width], found 1 numbers")]
    [TestCase("task: classification\ndata: {train: {images: {path: t.csv, size: [8, 8]}}, test: {images: {path: t.csv, channels: gray}}}", "5:97 data.test.images.channels: must be as in 'data.train'; left out, it is")]
    [TestCase("task: classification\nexport: {labels: [a]}\ndata: {train: {images: {path: t.csv, size: [8, 8]}}}", "5:14 export.labels: has no use here: the folders of the images name the classes")]
    public void Parse_ValuesThatDoNotFit_SaysWhy(string body, string expected)
    {
        using var folder = new DataFolder("t.csv");

        var failure = Assert.Throws<Anneal.Pipeline.Config.ConfigException>(() => folder.Load(ConfigText.Pipeline(body + "\nmodel: {mlp: [8]}")));

        Assert.That(failure!.Message, Is.EqualTo("pipelines.yaml:" + expected.Replace("PATH", folder.Path, StringComparison.Ordinal)));
    }

    [TestCase("{layers: []}", "6:21 model.layers: needs at least one layer")]
    [TestCase("{layers: [{dense: auto}, {dense: 10}]}", "6:30 model.layers.0.dense.units: only the last layer can leave its width to the task")]
    [TestCase("{layers: [dense]}", "6:22 model.layers.0.dense.units: required key is missing (width of the output; auto is as many as the task has answers: classes, labels or numbers, 1 for two classes)")]
    [TestCase("{layers: {dense: 10}}", "6:21 model.layers: expected a list, found a map")]
    [TestCase("{mlp: {units: [0]}}", "6:27 model.mlp.units.0: must be from 1 to 65536, found 0")]
    [TestCase("{cnn: 3}", "6:13 model.cnn: unknown key; expected one of: layers, import, lenet, lstm, mlp, resnet, transformer, vgg")]
    public void Parse_WrongModel_SaysWhereAndWhy(string model, string expected)
    {
        Assert.That(ConfigText.Errors(ConfigText.Pipeline(Data + "model: " + model)), Is.EqualTo("pipelines.yaml:" + expected));
    }

    /// <summary>Each mutation of a good file loads, or fails with a configuration error and nothing else.</summary>
    [Test]
    public void Parse_MutatedText_NeverFailsOtherwise()
    {
        const string Signs = "{}[]:,-?*&!|>'\"%@`#~ \n\t0a.<\0\u0085";
        uint state = 1;
        int failures = 0;
        for (int round = 0; round < 1000; round++)
        {
            char[] text = ConfigText.Pipeline(Data + "model: {layers: [flatten, {dense: 32}]}\ntrain: &t\n  optimizer: {adam: {lr: 1e-3}}\n  epochs: \"2\"").ToCharArray();
            for (int i = 0; i <= round % 3; i++)
            {
                text[Next(text.Length)] = Signs[Next(Signs.Length)];
            }

            try
            {
                ConfigText.Load(new string(text));
            }
            catch (Anneal.Pipeline.Config.ConfigException e)
            {
                failures++;
                Assert.That(e.Diagnostics, Has.All.Matches<Anneal.Pipeline.Config.Diagnostic>(d => d.Line >= 1 && d.Column >= 1));
            }
        }

        Assert.That(failures, Is.GreaterThan(600));

        int Next(int count)
        {
            state = (state * 1664525) + 1013904223;
            return (int)((ulong)state * (uint)count >> 32);
        }
    }

    [TestCase("", "pipelines.yaml:1:1: the file is empty")]
    [TestCase("version: 1", "pipelines.yaml:1:1 pipelines: required key is missing (the pipelines, by name; the first is the default)")]
    [TestCase("version: 1\npipelines: {}", "pipelines.yaml:2:12 pipelines: needs at least one pipeline")]
    [TestCase("- 1", "pipelines.yaml:1:1: expected a map, found a list")]
    [TestCase("version: 1\npipelines: {../p: {}}", "pipelines.yaml:2:13 pipelines.../p: a pipeline's name is letters, digits, '-' and '_', at most 100")]
    public void Parse_NoPipeline_SaysSo(string text, string expected)
    {
        Assert.That(ConfigText.Errors(text), Does.StartWith(expected));
    }
}
