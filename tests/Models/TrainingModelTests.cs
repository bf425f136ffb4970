using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;
using Anneal.Trainer.Models;

namespace Anneal.Tests.Models;

internal sealed class TrainingModelTests
{
    [Test]
    public void Of_Initialization_GivesTheFirstParameters()
    {
        TrainingGraphs graphs = Networks.Mlp(20, [15, 4], 0.3f);
        TrainingInfo training = TrainingModel.Of(graphs).Training.Single();

        IReadOnlyDictionary<string, Tensor> values = GraphEvaluator.Run(training.Initialization!, new Dictionary<string, Tensor>());

        Assert.That(training.InitializationBindings.Keys, Is.EquivalentTo(graphs.Parameters.Select(p => p.Name)));
        foreach (Parameter parameter in graphs.Parameters)
        {
            Compare.Same(values[training.InitializationBindings[parameter.Name]], parameter.Initial, parameter.Name);
        }
    }

    [Test]
    public void Of_AlgorithmRunByItsBindings_TakesTheStepsOfTheStepGraph()
    {
        TrainingGraphs graphs = Networks.Mlp(20, [15, 4], 0.3f);
        Model model = TrainingModel.Of(graphs);
        TrainingInfo training = model.Training.Single();
        Dictionary<string, Tensor> state = new(model.Graph.Initializers);
        foreach ((string name, Tensor tensor) in training.Algorithm.Initializers)
        {
            state[name] = tensor;
        }

        Dictionary<string, Tensor> expected = graphs.StepState().ToDictionary(s => s.Input, s => s.Initial);
        for (int step = 1; step <= 3; step++)
        {
            (Tensor features, Tensor target) = Networks.Rows(16, 20, 4, step);
            foreach (Dictionary<string, Tensor> feeds in (Dictionary<string, Tensor>[])[state, expected])
            {
                feeds[Networks.Input] = features;
                feeds[TrainingGraphs.TargetInput] = target;
                feeds[TrainingGraphs.RateInput] = Tensor.Scalar(0.01f);
            }

            expected[TrainingGraphs.StepInput] = Tensor.Scalar((long)step);
            IReadOnlyDictionary<string, Tensor> values = GraphEvaluator.Run(training.Algorithm, state);
            IReadOnlyDictionary<string, Tensor> reference = GraphEvaluator.Run(graphs.Step.Graph, expected);
            foreach ((string name, string output) in training.UpdateBindings)
            {
                state[name] = values[output];
            }

            foreach (string name in graphs.StepState().Select(s => s.Input))
            {
                expected[name] = reference[name + TrainingGraphs.NextSuffix];
                Compare.Same(state[name], expected[name], $"step {step}: {name}");
            }
        }
    }
}
