namespace Anneal.Tests.Pipeline.Config;

/// <summary>What wrong settings of training are answered, word for word.</summary>
internal sealed class TrainingErrorTests
{
    private const string Data = "task: classification\ndata: {dataset: mnist}\n";

    [TestCase("{optimizer: {momentum: {momentum: 1.2}}}", "6:46 train.optimizer.momentum.momentum: must be at least 0 and less than 1, found 1.2")]
    [TestCase("{optimizer: {momentum: {nesterov: true, form: average}}}", "6:46 train.optimizer.momentum.nesterov: goes with 'form: velocity'; 'form: look_ahead' is Nesterov's method as published")]
    [TestCase("{optimizer: {adamw: {weight_decay: -1}}}", "6:47 train.optimizer.adamw.weight_decay: must be at least 0, found -1")]
    [TestCase("{optimizer: lbfgs}", "6:12 train.batch: L-BFGS compares losses on all rows: must be 'all'")]
    [TestCase("{optimizer: {lbfgs: {c1: 0.3, c2: 0.2}}, batch: all}", "6:46 train.optimizer.lbfgs.c2: must be greater than 'c1', which is 0.3")]
    [TestCase("{optimizer: lbfgs, batch: all, accumulate: 2}", "6:43 train.accumulate: has no use here: L-BFGS has no update by the gradient that it could change\npipelines.yaml:6:55 train.accumulate: a batch of all rows leaves nothing to accumulate")]
    [TestCase("{optimizer: genetic, clip: {norm: 1}}", "6:33 train.clip: has no use here: a genetic algorithm has no gradient")]
    [TestCase("{optimizer: {genetic: {population: 5, elite: 5}}}", "6:57 train.optimizer.genetic.elite: must be fewer than 'population', which is 5")]
    [TestCase("{optimizer: {genetic: {population: 5, tournament: 6}}}", "6:62 train.optimizer.genetic.tournament: must be at most 'population', which is 5")]
    [TestCase("{early_stopping: {patience: -1}}", "6:40 train.early_stopping.patience: must be from 1 to 2147483647, found -1")]
    [TestCase("{phases: [{optimizer: sgd}]}", "6:22 train.phases.0.epochs: required key is missing (passes over the training rows)")]
    [TestCase("{phases: [{epochs: 0}]}", "6:31 train.phases.0.epochs: must be from 1 to 1000000, found 0")]
    [TestCase("{phases: []}", "6:21 train.phases: needs at least one phase")]
    [TestCase("{batch: 8, phases: [{epochs: 1}]}", "6:13 train.batch: has no use here: each of 'train.phases' has its own")]
    [TestCase("{schedule: {multi_step: [3, 3]}}", "6:36 train.schedule.multi_step.at: must rise from each moment to the next")]
    [TestCase("{schedule: {multi_step: []}}", "6:36 train.schedule.multi_step.at: needs at least one moment")]
    [TestCase("{schedule: {exponential: 1.1}}", "6:37 train.schedule.exponential.factor: must be greater than 0 and at most 1, found 1.1")]
    [TestCase("{schedule: {reduce_on_plateau: test.loss}}", "6:43 train.schedule.reduce_on_plateau.metric: unknown metric 'test.loss' for this task; expected one of: validation.loss, validation.accuracy, validation.auc, validation.ece, validation.f1, validation.log_loss, validation.precision, validation.recall")]
    [TestCase("{schedule: {one_cycle: {rise: 1}}}", "6:42 train.schedule.one_cycle.rise: must be greater than 0 and less than 1, found 1")]
    [TestCase("{schedule: {constant: {warmup: -1}}}", "6:43 train.schedule.constant.warmup: must be from 0 to 2147483647, found -1")]
    [TestCase("{regularize: {l2: 1, elastic_net: 0.1}}", "6:26 train.regularize.l2: has no use here: 'elastic_net' gives it")]
    [TestCase("{clip: 0}", "6:19 train.clip.norm: must be greater than 0, found 0")]
    [TestCase("{accumulate: 0}", "6:25 train.accumulate: must be from 1 to 65536, found 0")]
    [TestCase("{groups: [{lr: 2}]}", "6:22 train.groups.0.match: required key is missing (the parameters, such as dense*.bias: * stands for any characters, ? for one; the first group that fits holds)")]
    [TestCase("{precision: bf16}", "6:24 train.precision: the engine simd computes in float32: must be float32, or set 'engine: ort'")]
    [TestCase("{engine: ort, precision: half}", "6:37 train.precision: unknown value 'half'; expected one of: float32, bf16, fp16")]
    [TestCase("{engine: ort, precision: bf16, loss_scale: 8}", "6:43 train.loss_scale: has no use here: only 'precision: fp16' scales the loss")]
    [TestCase("{engine: ort, precision: fp16, loss_scale: {initial: 0}}", "6:65 train.loss_scale.initial: must be from 1E-06 to 1E+30, found 0")]
    [TestCase("{engine: ort, precision: fp16, optimizer: lbfgs, batch: all}", "6:54 train.optimizer: compares losses more closely than half precision tells them apart: 'train.precision' must be float32")]
    [TestCase("{capture: on}", "6:22 train.capture: only CUDA captures steps: must be auto or off, or set 'engine: ort' and 'device: cuda'")]
    [TestCase("{engine: ort, device: cpu, capture: on}", "6:48 train.capture: only CUDA captures steps: must be auto or off, or set 'engine: ort' and 'device: cuda'")]
    [TestCase("{engine: ort, capture: on, optimizer: lbfgs, batch: all}", "6:50 train.optimizer: evaluates the model many times in a step and updates it outside: 'train.capture' must be auto or off")]
    [TestCase("{batch: 0}", "6:20 train.batch: must be from 1 to 1048576, found 0")]
    public void Parse_WrongTraining_SaysWhereAndWhy(string train, string expected)
    {
        Assert.That(ConfigText.Errors(ConfigText.Pipeline(Data + "train: " + train + "\nmodel: {mlp: [8]}")), Is.EqualTo("pipelines.yaml:" + expected));
    }
}
