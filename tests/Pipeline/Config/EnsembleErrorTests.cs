namespace Anneal.Tests.Pipeline.Config;

/// <summary>What wrong settings of averaging and ensembles are answered, word for word.</summary>
internal sealed class EnsembleErrorTests
{
    private const string Data = "task: classification\ndata: {dataset: mnist}\n";

    [TestCase("average: [final, final]", "6:22 average.candidates.1: 'final' is there twice")]
    [TestCase("average: {candidates: [final, ema: 0.99], winner: ema 0.9}", "6:55 average.winner: no candidate 'ema 0.9'; did you mean 'ema 0.99'?")]
    [TestCase("average: {winner: final}", "6:14 average.candidates: required key is missing (weights that compete; the best on the validation rows is exported)")]
    [TestCase("average: [ema: 1]", "6:20 average.candidates.0.ema.decay: must be greater than 0 and less than 1, found 1")]
    [TestCase("average: [swa: {epochs: 5, cycle: 2}]", "6:39 average.candidates.0.swa.cycle: 5 epochs are no whole number of cycles")]
    [TestCase("average: [soup: warm]", "6:21 average.candidates.0.soup.kind: unknown value 'warm'; expected one of: uniform, greedy")]
    [TestCase("average: [soup: {runs: [no-such-run]}]", "6:29 average.candidates.0.soup.runs.0: no such folder: 'no-such-run'")]
    [TestCase("average: [soup: {runs: []}]", "6:28 average.candidates.0.soup.runs: needs at least one run")]
    [TestCase("train: {checkpoint: {keep: 1}}\naverage: [soup]", "7:15 average.candidates.0.soup: needs 2 checkpoints, and 'train.checkpoint.keep' is 1")]
    [TestCase("train: {optimizer: genetic}\naverage: [ema, swa]", "7:15 average.candidates.0.ema: has no use here: the genetic algorithm takes no steps along a gradient at a rate\npipelines.yaml:7:20 average.candidates.1.swa: has no use here: the genetic algorithm takes no steps along a gradient at a rate")]
    [TestCase("ensemble: {combine: mean_logits}", "6:15 ensemble: is of one model that looks at a row once: needs 'members', 'views' or 'distill'")]
    [TestCase("ensemble: {members: folds}", "6:25 ensemble.members: 'data.split' makes no folds. hint: split: {kfold: 5}")]
    [TestCase("ensemble: {members: {seeds: 1}}", "6:33 ensemble.members.seeds.count: must be from 2 to 1000, found 1")]
    [TestCase("ensemble: {members: snapshots}", "6:25 ensemble.members.snapshots: needs 2 cycles of whole epochs without a warm-up, and the schedule has 0. hint: schedule: {warm_restarts: {period: 5}}")]
    [TestCase("ensemble: {members: {runs: [no-such-run]}}", "6:33 ensemble.members.runs.paths.0: no such folder: 'no-such-run'")]
    [TestCase("ensemble: {views: flip, combine: weighted}", "6:38 ensemble.combine: weights are fitted on rows that no member was trained on, and there is one member")]
    [TestCase("ensemble: {views: rotate}", "6:23 ensemble.views: unknown value 'rotate'; expected flip")]
    [TestCase("augment: [mixup]\nensemble: {members: seeds, distill: {}}", "6:15 augment.0: cannot mix rows here: a teacher has answered each of them, and not their mixture")]
    [TestCase("ensemble: {members: seeds, distill: {model: {layers: [flatten, {dense: 3}]}}}", "6:76 ensemble.distill.model.layers.1.dense.units: there are as many outputs as columns to predict, 10: 10 or 'auto'")]
    [TestCase("ensemble: {members: seeds, distill: {temperature: 0}}", "6:55 ensemble.distill.temperature: must be greater than 0 and at most 1000, found 0")]
    public void Parse_WrongOfClasses_SaysWhereAndWhy(string lines, string expected)
    {
        Assert.That(ConfigText.Errors(ConfigText.Pipeline(Data + lines + "\nmodel: {mlp: [8]}")), Is.EqualTo("pipelines.yaml:" + expected));
    }

    [TestCase("average: [final, ema]", "6:14 average: the best is chosen on validation rows, and 'data.split' holds none out")]
    [TestCase("average: {candidates: [best, final], winner: final}", "6:14 average: the best is chosen on validation rows, and 'data.split' holds none out")]
    [TestCase("ensemble: {members: seeds, combine: weighted}", "6:41 ensemble.combine: weights are fitted on rows that no member was trained on, and 'data.split' holds none out")]
    public void Parse_NoValidationRows_SaysWhatNeedsThem(string line, string expected)
    {
        const string NothingHeldOut = "task: classification\ndata: {dataset: mnist, split: {holdout: {validation: 0}}}\n";

        Assert.That(ConfigText.Errors(ConfigText.Pipeline(NothingHeldOut + line + "\nmodel: {mlp: [8]}")), Is.EqualTo("pipelines.yaml:" + expected));
    }

    [TestCase("ensemble: {members: seeds}", "6:25 ensemble.members: 'data.split' makes folds, whose models are the members. hint: members: folds")]
    [TestCase("ensemble: {members: folds, combine: weighted}", "6:41 ensemble.combine: weights are fitted on rows that no member was trained on, and every row was trained on by some of the folds")]
    [TestCase("ensemble: {members: folds}\nfinal: {}", "7:12 final: has no use here: the ensemble is exported, and not a final fit")]
    [TestCase("average: [soup: greedy]\nfinal: {}", "6:21 average.candidates.0.soup: the final fit has no validation rows to be greedy on. hint: soup: uniform")]
    public void Parse_Folds_SaysWhatDoesNotGoWithThem(string lines, string expected)
    {
        const string Folds = "task: classification\ndata: {dataset: mnist, split: {kfold: 3}}\n";

        Assert.That(ConfigText.Errors(ConfigText.Pipeline(Folds + lines + "\nmodel: {mlp: [8]}")), Does.StartWith("pipelines.yaml:" + expected));
    }

    [TestCase("ensemble: {members: seeds, combine: mean_logits}", "6:41 ensemble.combine: is of classes, and this is a regression. hint: mean_probabilities, which is the mean of the numbers, or weighted")]
    [TestCase("ensemble: {members: seeds, combine: majority_vote}", "6:41 ensemble.combine: is of classes, and this is a regression. hint: mean_probabilities, which is the mean of the numbers, or weighted")]
    [TestCase("ensemble: {members: seeds, distill: {temperature: 3}}", "6:42 ensemble.distill.temperature: has no use here: numbers have no temperature")]
    [TestCase("ensemble: {views: flip}", "6:23 ensemble.views: rows have no mirror image: they are not images of [height, width] or [channels, height, width]")]
    public void Parse_Regression_SaysWhatIsOfClassesOrImages(string line, string expected)
    {
        string file = Path.Combine(Path.GetTempPath(), "anneal-ensemble-errors.csv");
        File.WriteAllText(file, "x,y\n1,2\n");
        string table = $"task: regression\ndata: {{train: {{csv: {{path: {Path.GetFileName(file)}, columns: {{x: number, y: number}}}}}}, label: y}}\n";

        Assert.That(ConfigText.Errors(ConfigText.Pipeline(table + line + "\nmodel: {mlp: [8]}")), Is.EqualTo("pipelines.yaml:" + expected));
    }

    [Test]
    public void Parse_ListOrMap_AreTheSameCandidates()
    {
        const string Body = Data + "model: {mlp: [8]}\naverage: ";

        var list = ConfigText.Load(ConfigText.Pipeline(Body + "[last_k: 5, swa, ema: 0.999, soup: greedy]"));
        var map = ConfigText.Load(ConfigText.Pipeline(Body + "{candidates: [last_k: 5, swa, ema: 0.999, soup: greedy], winner: auto}"));

        Assert.That(list.Yaml, Is.EqualTo(map.Yaml));
        Assert.That(
            list.Options.Average!.Candidates.Select(Anneal.Pipeline.Stages.Candidates.NameOf),
            Is.EqualTo(new[] { "last_k 5", "swa", "ema 0.999", "soup greedy" }));
    }
}
