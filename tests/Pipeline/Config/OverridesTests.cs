using Anneal.Pipeline.Config.Options;

namespace Anneal.Tests.Pipeline.Config;

internal sealed class OverridesTests
{
    private static readonly string s_layers = ConfigText.Pipeline("""
        task: classification
        data: {dataset: mnist}
        model: {layers: [flatten, {dense: 32}, {dropout: 0.5}, {dense: 10}]}
        train: {optimizer: adam}
        """);

    [TestCase("train.epochs=3", "train.epochs=3\n")]
    [TestCase("train.optimizer.adam.lr=1e-2", "train.optimizer.adam.lr=0.01\n")]
    [TestCase("train.optimizer.sgd.lr=0.5", "train.optimizer.sgd.lr=0.5\n")]
    [TestCase("train.optimizer=sgd", "train.optimizer.sgd.lr=0.01\n")]
    [TestCase("train.optimizer={momentum: {momentum: 0.5}}", "train.optimizer.momentum.momentum=0.5\n")]
    [TestCase("train.early_stopping.patience=4", "train.early_stopping.patience=4\n")]
    [TestCase("model.layers.1.dense=64", "model.layers.1.dense.units=64\n")]
    [TestCase("model.layers.1.dense.activation=relu", "model.layers.1.dense.units=32\nmodel.layers.1.dense.activation=relu\n")]
    [TestCase("model.mlp.units=[5]", "model.mlp.units=[5]\n")]
    [TestCase("validate.metric.test.accuracy=>= 0.5", "validate.metric.test.accuracy=\">= 0.5\"\n")]
    [TestCase("average=none", "average=none\n")]
    [TestCase("average=[last_k: 2, best]", "average.candidates.0.last_k.k=2\naverage.candidates.1=best\naverage.winner=auto\n")]
    [TestCase("seed = 9", "seed=9\n")]
    public void Set_OneValue_TakesTheFilesPlace(string set, string expected)
    {
        Assert.That(ConfigText.Load(s_layers, set).KeyText(), Does.Contain(expected));
    }

    [Test]
    public void Set_Twice_TakesTheLast()
    {
        PipelineOptions options = ConfigText.Load(s_layers, "train.batch=1", "train.batch=2", "model.layers.2.dropout.rate=0.1").Options;

        Assert.That(options.Train.Batch, Is.EqualTo(2));
        Assert.That(((LayersOptions)options.Model).Layers[2], Is.EqualTo(new DropoutOptions { Rate = 0.1 }));
    }

    [TestCase("epochs", "--set: 'epochs' is not of the form key.path=value")]
    [TestCase("trian.epochs=3", "--set trian: unknown key; did you mean 'train'?")]
    [TestCase("train.epoch=3", "--set train.epoch: unknown key; did you mean 'epochs'?")]
    [TestCase("train.epochs=many", "--set train.epochs: expected a whole number, found 'many'")]
    [TestCase("train.epochs=", "--set train.epochs: expected a whole number, found nothing")]
    [TestCase("train.epochs=0", "--set train.epochs: must be from 1 to 1000000, found 0")]
    [TestCase("train.epochs.x=0", "--set train.epochs.x: the value is a whole number and has no keys")]
    [TestCase("train.optimizer.adma.lr=1", "--set train.optimizer.adma: unknown key; did you mean 'adam'?")]
    [TestCase("train.optimizer.adam.rate=1", "--set train.optimizer.adam.rate: unknown key; expected one of: lr, beta1, beta2, eps, bias_correction, weight_decay")]
    [TestCase("train.optimizer={adam: {lt: 1}}", "--set train.optimizer.adam.lt: unknown key; did you mean 'lr'?")]
    [TestCase("model.layers.4.dense=1", "--set model.layers.4: no such item; the list has items 0 to 3")]
    [TestCase("validate.batch_sizes.0=1", "--set validate.batch_sizes.0: the list has no items in the file; set the whole list")]
    [TestCase("train={batch: 1, batch: 2}", "--set train.batch: duplicate key; already given")]
    [TestCase("validate.metric.test.rmse=>= 0.5", "--set validate.metric.test.rmse: unknown metric 'test.rmse' for this task; expected one of: test.loss, test.accuracy, test.auc, test.ece, test.f1, test.log_loss, test.precision, test.recall")]
    public void Set_WrongPathOrValue_IsReportedLikeTheFile(string set, string expected)
    {
        Assert.That(ConfigText.Errors(s_layers, set), Is.EqualTo(expected));
    }
}
