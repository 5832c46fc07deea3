import type { Input } from '../../aws/input.ts';

type Text = Input<string> | undefined;
type Numeric = Input<number> | undefined;
type Flag = Input<boolean> | undefined;

/** https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost_hyperparameters.html */
export interface XGBoostHyperparameters {
  readonly num_round: Input<number>;
  readonly num_class?: Numeric;
  readonly alpha?: Numeric;
  readonly base_score?: Numeric;
  readonly booster?: 'gbtree' | 'gblinear' | 'dart' | undefined;
  readonly colsample_bylevel?: Numeric;
  readonly colsample_bynode?: Numeric;
  readonly colsample_bytree?: Numeric;
  readonly csv_weights?: Input<0 | 1> | undefined;
  readonly deterministic_histogram?: Flag;
  readonly early_stopping_rounds?: Numeric;
  readonly eta?: Numeric;
  readonly eval_metric?: Text;
  readonly gamma?: Numeric;
  readonly grow_policy?: 'depthwise' | 'lossguide' | undefined;
  readonly interaction_constraints?: Text;
  readonly lambda?: Numeric;
  readonly lambda_bias?: Numeric;
  readonly max_bin?: Numeric;
  readonly max_delta_step?: Numeric;
  readonly max_depth?: Numeric;
  readonly max_leaves?: Numeric;
  readonly min_child_weight?: Numeric;
  readonly monotone_constraints?: Text;
  readonly normalize_type?: 'tree' | 'forest' | undefined;
  readonly nthread?: Numeric;
  readonly objective?: Text;
  readonly one_drop?: Input<0 | 1> | undefined;
  readonly process_type?: 'default' | 'update' | undefined;
  readonly rate_drop?: Numeric;
  readonly refresh_leaf?: Input<0 | 1> | undefined;
  readonly sample_type?: 'uniform' | 'weighted' | undefined;
  readonly scale_pos_weight?: Numeric;
  readonly seed?: Numeric;
  readonly single_precision_histogram?: Flag;
  readonly sketch_eps?: Numeric;
  readonly skip_drop?: Numeric;
  readonly subsample?: Numeric;
  readonly tree_method?: 'auto' | 'exact' | 'approx' | 'hist' | 'gpu_hist' | undefined;
  readonly tweedie_variance_power?: Numeric;
  readonly updater?: Text;
  readonly use_dask_gpu_training?: Flag;
  readonly verbosity?: Input<0 | 1 | 2 | 3> | undefined;
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/ll_hyperparameters.html */
export interface LinearLearnerHyperparameters {
  readonly predictor_type: 'binary_classifier' | 'multiclass_classifier' | 'regressor';
  readonly num_classes?: Numeric;
  readonly feature_dim?: Input<number | 'auto'> | undefined;
  readonly mini_batch_size?: Numeric;
  readonly epochs?: Numeric;
  readonly loss?: Text;
  readonly learning_rate?: Input<number | 'auto'> | undefined;
  readonly l1?: Input<number | 'auto'> | undefined;
  readonly wd?: Input<number | 'auto'> | undefined;
  readonly optimizer?: 'auto' | 'sgd' | 'adam' | 'rmsprop' | undefined;
  readonly binary_classifier_model_selection_criteria?: Text;
  readonly target_recall?: Numeric;
  readonly target_precision?: Numeric;
  readonly positive_example_weight_mult?: Input<number | 'balanced' | 'auto'> | undefined;
  readonly normalize_data?: Flag;
  readonly normalize_label?: Input<boolean | 'auto'> | undefined;
  readonly unbias_data?: Input<boolean | 'auto'> | undefined;
  readonly unbias_label?: Input<boolean | 'auto'> | undefined;
  readonly use_bias?: Flag;
  readonly num_models?: Input<number | 'auto'> | undefined;
  readonly early_stopping_patience?: Numeric;
  readonly early_stopping_tolerance?: Numeric;
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/k-means-api-config.html */
export interface KMeansHyperparameters {
  readonly k: Input<number>;
  readonly feature_dim: Input<number>;
  readonly mini_batch_size?: Numeric;
  readonly epochs?: Numeric;
  readonly eval_metrics?: readonly ('msd' | 'ssd')[] | undefined;
  readonly extra_center_factor?: Input<number | 'auto'> | undefined;
  readonly half_life_time_size?: Numeric;
  readonly init_method?: 'random' | 'kmeans++' | undefined;
  readonly local_lloyd_init_method?: 'random' | 'kmeans++' | undefined;
  readonly local_lloyd_max_iter?: Numeric;
  readonly local_lloyd_num_trials?: Input<number | 'auto'> | undefined;
  readonly local_lloyd_tol?: Numeric;
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/kNN_hyperparameters.html */
export interface KNNHyperparameters {
  readonly k: Input<number>;
  readonly feature_dim: Input<number>;
  readonly predictor_type: 'classifier' | 'regressor';
  readonly sample_size: Input<number>;
  readonly dimension_reduction_type?: 'sign' | 'fjlt' | undefined;
  readonly dimension_reduction_target?: Numeric;
  readonly index_type?: 'faiss.Flat' | 'faiss.IVFFlat' | 'faiss.IVFPQ' | undefined;
  readonly index_metric?: 'L2' | 'INNER_PRODUCT' | 'COSINE' | undefined;
  readonly faiss_index_ivf_nlists?: Input<number | 'auto'> | undefined;
  readonly faiss_index_pq_m?: Numeric;
  readonly mini_batch_size?: Numeric;
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/PCA-reference.html */
export interface PCAHyperparameters {
  readonly feature_dim: Input<number>;
  readonly num_components: Input<number>;
  readonly mini_batch_size: Input<number>;
  readonly algorithm_mode?: 'regular' | 'randomized' | undefined;
  readonly extra_components?: Numeric;
  readonly subtract_mean?: Flag;
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/rcf_hyperparameters.html */
export interface RandomCutForestHyperparameters {
  readonly feature_dim: Input<number>;
  readonly eval_metrics?: readonly ('accuracy' | 'precision_recall_fscore')[] | undefined;
  readonly num_samples_per_tree?: Numeric;
  readonly num_trees?: Numeric;
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/fact-machines-hyperparameters.html */
export interface FactorizationMachinesHyperparameters {
  readonly feature_dim: Input<number>;
  readonly num_factors: Input<number>;
  readonly predictor_type: 'binary_classifier' | 'regressor';
  readonly mini_batch_size?: Numeric;
  readonly epochs?: Numeric;
  readonly bias_lr?: Numeric;
  readonly bias_wd?: Numeric;
  readonly clip_gradient?: Numeric;
  readonly eps?: Numeric;
  readonly factors_lr?: Numeric;
  readonly factors_wd?: Numeric;
  readonly linear_lr?: Numeric;
  readonly linear_wd?: Numeric;
  readonly rescale_grad?: Numeric;
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/deepar_hyperparameters.html */
export interface DeepARHyperparameters {
  readonly context_length: Input<number>;
  readonly prediction_length: Input<number>;
  readonly epochs: Input<number>;
  readonly time_freq: Input<string>;
  readonly cardinality?: Text;
  readonly dropout_rate?: Numeric;
  readonly early_stopping_patience?: Numeric;
  readonly embedding_dimension?: Numeric;
  readonly learning_rate?: Numeric;
  readonly likelihood?: 'gaussian' | 'beta' | 'negative-binomial' | 'student-T' | 'deterministic-L1' | undefined;
  readonly mini_batch_size?: Numeric;
  readonly num_cells?: Numeric;
  readonly num_dynamic_feat?: Text;
  readonly num_eval_samples?: Numeric;
  readonly num_layers?: Numeric;
  readonly test_quantiles?: readonly number[] | undefined;
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html */
export interface BlazingTextHyperparameters {
  readonly mode: 'batch_skipgram' | 'skipgram' | 'cbow' | 'supervised';
  readonly batch_size?: Numeric;
  readonly buckets?: Numeric;
  readonly early_stopping?: Flag;
  readonly epochs?: Numeric;
  readonly evaluation?: Flag;
  readonly learning_rate?: Numeric;
  readonly max_char?: Numeric;
  readonly min_char?: Numeric;
  readonly min_count?: Numeric;
  readonly min_epochs?: Numeric;
  readonly negative_samples?: Numeric;
  readonly patience?: Numeric;
  readonly sampling_threshold?: Numeric;
  readonly subwords?: Flag;
  readonly vector_dim?: Numeric;
  readonly window_size?: Numeric;
  readonly word_ngrams?: Numeric;
}

/** An algorithm whose hyperparameters this library does not type. */
export interface OtherHyperparameters {
  readonly [name: string]: Input<string | number | boolean> | readonly (string | number)[] | undefined;
}

/** The hyperparameters of SageMaker's own algorithms, by the name of the image. */
export interface AlgorithmHyperparameters {
  readonly 'linear-learner': LinearLearnerHyperparameters;
  readonly kmeans: KMeansHyperparameters;
  readonly knn: KNNHyperparameters;
  readonly pca: PCAHyperparameters;
  readonly randomcutforest: RandomCutForestHyperparameters;
  readonly 'factorization-machines': FactorizationMachinesHyperparameters;
  readonly 'forecasting-deepar': DeepARHyperparameters;
  readonly blazingtext: BlazingTextHyperparameters;
  readonly 'image-classification': OtherHyperparameters;
  readonly ipinsights: OtherHyperparameters;
  readonly lda: OtherHyperparameters;
  readonly ntm: OtherHyperparameters;
  readonly 'object-detection': OtherHyperparameters;
  readonly object2vec: OtherHyperparameters;
  readonly 'semantic-segmentation': OtherHyperparameters;
  readonly seq2seq: OtherHyperparameters;
}
